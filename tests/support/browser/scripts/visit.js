/** What a page's visitor waits for, as the browser measures it. */
({
  /** First paint, ms. */
  paint: () => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true });
  }),

  /** Bytes with headers, compressed and plain, and the number of files. */
  transfer() {
    const entries = /** @type {PerformanceResourceTiming[]} */ (['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type)));
    const sum = (property) => entries.reduce((total, entry) => total + entry[property], 0);
    return [sum('transferSize'), sum('encodedBodySize'), sum('decodedBodySize'), entries.length];
  },

  /** Add up unexpected layout shifts in `globalThis.shift`: from now on, or from the first byte of the page. */
  watchShifts(fromTheBeginning) {
    globalThis.shift = 0;
    globalThis.shifts?.disconnect();
    globalThis.shifts = new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of /** @type {any[]} */ (list.getEntries())) if (!hadRecentInput) globalThis.shift += value;
    });
    globalThis.shifts.observe({ type: 'layout-shift', buffered: fromTheBeginning });
  },

  /** Load Python as web/engine/worker.js does: ms until it is ready and until our modules are in, and bytes transferred. */
  async loadPython() {
    const started = performance.now();
    const base = new URL('/runtime/', location.href).href;
    const { loadPyodide } = await import(`${base}pyodide.mjs`);
    const pyodide = await loadPyodide({ indexURL: base, packages: ['deltapage'], enableRunUntilComplete: false });
    const python = performance.now() - started;
    pyodide.pyimport('pyside.host');
    const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
    return { python, ready: performance.now() - started, transferred: entries.reduce((sum, { transferSize }) => sum + transferSize, 0) };
  },
});
