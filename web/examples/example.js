/** What the examples share: the first model that the server lists, and a form whose answer is shown as it comes. */

/** The folder of that model, as a URL. */
export async function firstBundle() {
  const list = new URL('../bundles.json', import.meta.url);
  const [first] = await (await fetch(list)).json();
  return new URL(first.url, list).href;
}

/**
 * Answer the page's form; one question at a time.
 * @param {(text: string, output: HTMLElement, button: string) => Promise<void>} answer
 */
export function answerForm(answer) {
  const form = /** @type {HTMLFormElement} */ (document.querySelector('form'));
  const output = /** @type {HTMLElement} */ (document.querySelector('output'));
  const buttons = form.querySelectorAll('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    buttons.forEach((button) => { button.disabled = true; });
    output.replaceChildren();
    say('');
    try {
      const button = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
      await answer(String(new FormData(form).get('text')), output, button?.name ?? '');
      say('Done');
    } catch (error) {
      say(/** @type {Error} */ (error).message);
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
    }
  });
}

/** @param {string} text */
export function say(text) {
  /** @type {HTMLElement} */ (document.querySelector('[role=status]')).textContent = text;
}

/** @param {import('../deltapage.js').Progress} progress */
export function sayProgress({ phase, loaded, total }) {
  say(total > 1 ? `${phase}: ${Math.floor((100 * loaded) / total)} %` : phase);
}
