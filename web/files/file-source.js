/** Where a bundle's files come from, whatever it is: a server (hosted-files.js) or a folder of this computer (folder-files.js). */

/** @typedef {{file: string, bytes: number, sha256: string, part?: string}} FileSpec  an entry of the bundle's manifest */
/** @typedef {{number: number, bytes: Uint8Array<ArrayBuffer>}} Arrival  a file by its place in the list */

/**
 * @typedef {object} FileSource
 * @property {() => Promise<import('./manifest.js').Manifest>} manifest  what names and hashes everything else
 * @property {(spec: FileSpec) => Promise<Uint8Array<ArrayBuffer>>} get  one file, verified
 * @property {(reason: Error) => Promise<void>} stop  ends everything that is on its way; done when what has arrived is kept
 * @property {boolean} cached  whether the files are here at the next visit
 */

const PARALLEL = 4; // shards on their way at a time; as many may wait in memory for the GPU

/**
 * Files in the order in which they arrive, a few at a time; fetching starts at the call and pauses while nobody takes them.
 * @param {FileSource} source
 * @param {FileSpec[]} specs
 * @param {number[]} numbers  of those that are asked for
 * @returns {AsyncGenerator<Arrival, void, void>}
 */
export function arrivals(source, specs, numbers = [...specs.keys()]) {
  let next = 0;
  /** @type {Map<number, Promise<Arrival>>} */
  const coming = new Map();
  const start = () => {
    const number = numbers[next++];
    const arrival = source.get(specs[number]).then((bytes) => ({ number, bytes }));
    arrival.catch(() => {}); // reported where it is taken
    coming.set(number, arrival);
  };
  while (next < Math.min(PARALLEL, numbers.length)) start();
  return (async function* inOrder() {
    while (coming.size) {
      const arrival = await Promise.race(coming.values());
      coming.delete(arrival.number);
      yield arrival;
      if (next < numbers.length) start();
    }
  })();
}
