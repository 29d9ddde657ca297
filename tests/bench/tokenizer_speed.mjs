/**
 * Runs tests/bench/tokenizer_measure.py in Pyodide under Node; prints its JSON with the size of the wasm heap.
 *
 *     node tokenizer_speed.mjs RUNTIME REPOSITORY FOLDER
 */
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [runtime, repository, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(runtime, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ env: { PYTHONPATH: "/repository" } });
for (const [place, root] of [["/repository", repository], ["/measured", folder]]) {
  pyodide.FS.mkdir(place);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, place);
}
pyodide.pyimport("importlib").invalidate_caches(); // the folder was not there when Python looked first
const heap = () => pyodide._module.HEAP8.length;
const before = heap();
const measured = JSON.parse(pyodide.pyimport("tests.bench.tokenizer_measure").measure("/measured"));
process.stdout.write(JSON.stringify({ ...measured, heap_mb: [before, heap()].map((bytes) => Math.round(bytes / 1e6)) }));
