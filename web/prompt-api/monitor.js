/** How a creation tells of the download that it waits for. */

import { handle } from './handlers.js';

const STEPS = 65536; // the specification's precision: a share of the download is told as a multiple of 1 / STEPS

/** What `create` hands to its `monitor`. */
export class CreateMonitor extends EventTarget {
  /** @type {((event: ProgressEvent) => void) | null} */
  ondownloadprogress = null;

  constructor() {
    super();
    handle(this, 'downloadprogress');
  }
}

/**
 * Tells a monitor each new share of the download; a file that has to come again does not take it back.
 * @param {((monitor: CreateMonitor) => void) | undefined} monitor
 * @param {AbortSignal | undefined} signal  nothing is told after it
 * @returns {(share: number) => void}
 * @throws {Error} what the monitor throws
 */
export function progressTeller(monitor, signal) {
  const target = new CreateMonitor();
  monitor?.(target);
  let told = -1;
  return (share) => {
    const loaded = Math.floor(share * STEPS) / STEPS;
    if (loaded <= told || signal?.aborted) return;
    told = loaded;
    target.dispatchEvent(new ProgressEvent('downloadprogress', { lengthComputable: true, loaded, total: 1 }));
  };
}
