/** Bundles as build.py writes their manifests, for tests of what reads them. */

import { sha256 } from '../../web/common/sha256.js';

const encoder = new TextEncoder();

/** The bytes of a manifest with these keys and its seal. */
export async function sealed(manifest) {
  const head = JSON.stringify(manifest, null, 1).slice(0, -'\n}'.length);
  return encoder.encode(`${head},\n "sha256": "${await sha256(encoder.encode(head))}"\n}\n`);
}

/** An entry of a manifest, for a file of these bytes. */
export async function entry(file, bytes) {
  const digest = await sha256(bytes);
  return { file: file ?? `shards/${digest}.bin`, bytes: bytes.length, sha256: digest };
}

/** A manifest of some shards and files, given as their bytes: its bytes, and every file's by its path. */
export async function bundle(shards, files = {}) {
  const contents = new Map();
  const added = async (file, bytes) => {
    const each = await entry(file, bytes);
    contents.set(each.file, bytes);
    return each;
  };
  const listed = { shards: [], files: [] };
  for (const bytes of shards) listed.shards.push(await added(null, bytes));
  for (const [file, bytes] of Object.entries(files)) listed.files.push(await added(file, bytes));
  const manifest = await sealed({ files: listed.files, format: 1, generation: {}, kernels: [], model: {}, shards: listed.shards });
  contents.set('manifest.json', manifest);
  return { manifest, contents };
}
