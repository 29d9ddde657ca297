/**
 * Runs the function `measure` of a Python module in Pyodide under Node; prints its JSON with the size of the wasm heap.
 *
 *     node in_pyodide.mjs RUNTIME REPOSITORY FOLDER MODULE [PACKAGE]...
 *
 * What a package of the runtime holds is taken from there, the rest from the repository.
 */
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [runtime, repository, folder, module, ...packages] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(runtime, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ packages });
for (const [place, root] of [["/repository", repository], ["/measured", folder]]) {
  pyodide.FS.mkdir(place);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, place);
}
pyodide.pyimport("sys").path.append("/repository");
pyodide.pyimport("importlib").invalidate_caches(); // the folder was not there when Python looked first
const heap = () => pyodide._module.HEAP8.length;
const before = heap();
const measured = JSON.parse(pyodide.pyimport(module).measure("/measured"));
process.stdout.write(JSON.stringify({ ...measured, heap_mb: [before, heap()].map((bytes) => Math.round(bytes / 1e6)) }));
