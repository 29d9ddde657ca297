/** The kind of error that a call ends with, thrown or rejected; null for none. */
export async function failure(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return error instanceof DOMException ? `DOMException ${error.name}` : error.name;
  }
}
