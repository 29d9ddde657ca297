// Loads the runtime as web/engine/worker.js does; answers with the milliseconds until Python is ready and until our modules are in.
async () => {
  const started = performance.now();
  const base = new URL('/runtime/', location.href).href;
  const { loadPyodide } = await import(`${base}pyodide.mjs`);
  const pyodide = await loadPyodide({ indexURL: base, packages: ['deltapage'], enableRunUntilComplete: false });
  const python = performance.now() - started;
  pyodide.pyimport('pyside.host');
  const transferred = performance.getEntriesByType('resource').reduce((sum, entry) => sum + entry.transferSize, 0);
  return { python, ready: performance.now() - started, transferred };
}
