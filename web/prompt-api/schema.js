/** JSON schemas that callers give. */

/**
 * A copy of a schema, so that what the caller changes later changes nothing here.
 * @param {object} schema
 * @param {string} name  what errors call it
 * @returns {import('../types.js').JsonSchema}
 * @throws {TypeError} for what JSON cannot hold; or what the schema's own code throws
 */
export function schemaOf(schema, name) {
  let copy;
  try {
    copy = JSON.parse(JSON.stringify(schema) ?? 'null');
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new TypeError(`${name} is not JSON, expected a JSON schema.`, { cause });
  }
  if (copy === null || typeof copy !== 'object' || Array.isArray(copy)) throw new TypeError(`${name} is not an object of JSON, expected a JSON schema.`);
  return copy;
}
