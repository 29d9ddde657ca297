/** Reads [[source, flags, text], ...] and writes those whose text JavaScript does not match as a whole; forms it refuses are left out. */
import process from 'node:process';
import { text as read } from 'node:stream/consumers';

/** @type {(source: string, flags: string) => RegExp | null} */
const whole = (source, flags) => {
  try {
    return new RegExp(`^(?:${source})$`, flags);
  } catch {
    return null;
  }
};
const wrong = JSON.parse(await read(process.stdin)).filter(([source, flags, text]) => whole(source, flags)?.test(text) === false);
process.stdout.write(JSON.stringify(wrong));
