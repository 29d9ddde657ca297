/**
 * Runs pyodide-build's py-compile inside Pyodide, so that a host with any Python makes the page's bytecode.
 *
 *     node compile_in_node.mjs FOLDER SITE_PACKAGES
 *
 * FOLDER holds wheels, zips and pyodide-lock.json and is rewritten in place; SITE_PACKAGES is where the host's Python has
 * pyodide-build and what that imports. SOURCE_DATE_EPOCH, as everywhere, makes the archives a function of their contents.
 */
import process from "node:process";
import { loadPyodide } from "pyodide";

const [folder, sitePackages] = process.argv.slice(2);
const pyodide = await loadPyodide({
  env: { SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH ?? "315532800", PYTHONDONTWRITEBYTECODE: "1" },
});
pyodide.mountNodeFS("/folder", folder);
pyodide.mountNodeFS("/host", sitePackages);
pyodide.pyimport("sys.path").append("/host");

const path = pyodide.pyimport("pathlib.Path")("/folder");
try {
  const compile = pyodide.pyimport("pyodide_build._py_compile._py_compile_archive_dir");
  compile.callKwargs(path, { keep: false, verbose: false });
} catch (error) {
  process.stderr.write(String(error));
  process.exitCode = 1;
}
