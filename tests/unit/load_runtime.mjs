/**
 * Loads an assembled runtime under Node and imports modules from it; prints what failed and how long it took.
 *
 *     node load_runtime.mjs FOLDER MODULE...   ->   {"python": "3.14.2", "failed": {module: message}, "ms": 700}
 */
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [folder, ...modules] = process.argv.slice(2);
const started = performance.now();
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ packages: ["deltapage"], enableRunUntilComplete: false });
/** @type {Record<string, string>} */
const failed = {};
for (const name of modules) {
  try {
    pyodide.pyimport(name);
  } catch (error) {
    failed[name] = String(error);
  }
}
const ms = Math.round(performance.now() - started);
process.stdout.write(JSON.stringify({ python: pyodide.pyimport("sys.version").split(" ")[0], failed, ms }));
