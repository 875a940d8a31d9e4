// A diagram on its stage: inputs, picture, the sentence under it, and the player that steps through
// it. The diagrams themselves are in chapter?/; what each gives is told here.

import { bytes, t } from '../i18n/index.js';
import { fill, h, icon, newId, saveBlob } from '../ui/dom.js';
import { failureBox, failureOf } from '../ui/failure.js';
import { createPicture, svg } from './draw.js';
import { pngBlob, svgBlob, writeSvg } from './save.js';

/**
 * @typedef {object} Diagram     What a diagram's create(frame) gives.
 * @property {number} stages     that can be stepped through; Infinity: a process that goes on
 * @property {Node[]} [controls] inputs above the picture
 * @property {() => Promise<void>} [open]    once, before all else; again after reopen()
 * @property {(stage: number) => Promise<void>} [enter]   computes what the stage shows
 * @property {(stage: number, picture: object) => number} draw   gives the picture's height
 * @property {(stage: number) => string} says   the sentence under the picture
 * @property {number} [pause]    milliseconds between stages that play
 * @property {() => boolean} done    the thing to do has been done
 * @property {() => void} [close]    what the worker holds may go
 */

const PAUSE = 1800;
const LEAST_WIDTH = 320;
const SAVED_WIDTH = 1060;
const isTyping = (target) => target.closest?.('input, textarea, select, [contenteditable]');

/**
 * @param {{engine: object, rows: object, told: Record<string, string>, onTold: (told) => void,
 *          onDone: (id: string) => void, say?: (words: string) => (Node|string)[]}} course
 *          say: text with its terms as links to the glossary
 * @param {{id: string, name: string, load: () => Promise<{create: (frame: object) => Diagram}>}}
 *        entry   of diagrams.js
 */
export function createFrame(course, entry) {
  const { id, name } = entry;
  const titleId = newId('diagram');
  const root = svg('svg', { class: 'picture', role: 'group', 'aria-labelledby': titleId });
  const controls = h('div', { class: 'controls' });
  const words = h('p', { class: 'says', role: 'status' });
  const place = h('p', { class: 'stage-number hint' });
  const failure = failureBox();
  const taskWords = h('span');
  const tick = h('span', { class: 'task-done', hidden: true }, icon('check'), t('frame.done'));
  const task = h('p', { class: 'task' }, h('strong', {}, t('frame.task')), ' ', taskWords, tick);
  /** @type {Diagram|null} */
  let diagram = null;
  let stage = 0;
  /** The stage that the address asks for, until the diagram is open. */
  let asked = null;
  let drawn = -1;
  let moving = Promise.resolve();
  let busy = false;
  let playing = false;
  let wanted = false;
  let closed = false;

  const button = (key, glyph, onclick) => h('button', { type: 'button', onclick, class: 'small' },
    glyph ? icon(glyph) : null, t(`frame.${key}`));
  const first = button('first', null, () => go(0));
  const back = button('back', null, () => go(stage - 1));
  const next = button('next', null, () => go(stage + 1));
  const play = button('play', 'play', () => (playing ? pause() : start()));

  /** Values of the diagram's own in the address. */
  const frame = {
    t,
    ask: course.engine.ask,
    model,
    get: (key) => course.told[key],
    set(values) {
      Object.assign(course.told, values);
      course.onTold(course.told);
    },
    redraw,
    reopen: () => move(open),
    rows: () => course.rows.get(),
    rowsControl: () => course.rows.control(() => move(open)),
    /** Goes on as by the button: from a control that begins something. */
    go: (to) => go(to), play: () => start(), pause: () => pause(), isPlaying: () => playing,
    fail: (error) => failure.show(failureOf(error), retry()),
    say: course.say ?? ((text) => [text]),
  };

  async function model() {
    const shown = wait(t('frame.loadingModel'));
    try {
      return await course.engine.model((loaded, total) => shown(
        t('frame.loadingBytes', { loaded: bytes(loaded), total: bytes(total) })));
    } finally {
      shown(null);
    }
  }

  const waiting = h('p', { class: 'waiting', role: 'status', hidden: true });
  function wait(text) {
    const show = (now) => {
      waiting.hidden = !now;
      fill(waiting, now ?? '');
    };
    show(text);
    return show;
  }

  const retry = () => h('button', { type: 'button', onclick: () => move(open) },
    t('action.retry'));

  /** One thing after the other; what fails is told, and the player stops. */
  function move(work) {
    moving = moving.then(async () => {
      if (closed) return;
      busy = true;
      failure.show(null);
      say();
      try {
        await work();
      } catch (error) {
        playing = false;
        frame.fail(error);
      }
      busy = false;
      if (!closed) redraw();
    });
    return moving;
  }

  async function open() {
    await diagram.open?.();
    // How many stages there are may be known only now.
    const from = asked ?? stage;
    asked = null;
    await enter(Math.min(from, Math.max(0, last())));
  }

  const last = () => (diagram?.stages === Infinity ? Infinity : (diagram?.stages ?? 1) - 1);

  async function enter(to) {
    await diagram.enter?.(to);
    stage = to;
    if (last() !== Infinity) frame.set({ stage: to ? String(to + 1) : undefined });
  }

  function go(to) {
    if (!diagram || busy || to < 0 || to > last()) return moving;
    return move(() => enter(to));
  }

  async function start() {
    if (playing || !diagram) return;
    playing = true;
    say();
    if (stage >= last()) await move(() => enter(0));
    while (playing && !closed && stage < last()) {
      await move(() => enter(stage + 1));
      await new Promise((resolve) => setTimeout(
        resolve, last() === Infinity ? 0 : diagram.pause ?? PAUSE));
    }
    playing = false;
    say();
  }

  function pause() {
    playing = false;
    say();
  }

  function redraw() {
    if (wanted) return;
    wanted = true;
    requestAnimationFrame(() => {
      wanted = false;
      if (!closed && diagram) paint();
    });
  }

  function drawInto(target, width) {
    target.replaceChildren();
    const height = Math.ceil(diagram.draw(stage, createPicture(target, width)));
    target.setAttribute('viewBox', `0 0 ${width} ${height}`);
    target.setAttribute('width', width);
    target.setAttribute('height', height);
  }

  function paint() {
    const focused = root.contains(document.activeElement)
      ? document.activeElement.dataset.key : undefined;
    const width = Math.max(LEAST_WIDTH, Math.floor(root.parentElement.clientWidth));
    drawInto(root, width);
    drawn = width;
    if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    say();
  }

  /** Only where it is new: a screen reader says it again, and a focused term in it is lost. */
  function tell(place, text) {
    if (told.get(place) === text) return;
    told.set(place, text);
    fill(place, frame.say(text));
  }
  const told = new Map();

  function say() {
    if (!diagram) return;
    const endless = last() === Infinity;
    tell(words, diagram.says(stage) ?? '');
    fill(place, endless ? '' : t('frame.stage', { stage: stage + 1, stages: diagram.stages }));
    first.disabled = busy || stage === 0 || endless;
    back.disabled = first.disabled;
    next.disabled = busy || stage >= last();
    fill(play, icon(playing ? 'stop' : 'play'), t(playing ? 'frame.pause' : 'frame.play'));
    play.disabled = last() === 0;
    for (const each of [first, back]) each.hidden = endless;
    const done = diagram.done();
    tell(taskWords, t(`${id}.task`));
    tick.hidden = !done;
    if (done) course.onDone(id);
  }

  async function save(kind) {
    // Laid out for the width of a slide, whatever the screen's.
    const wide = svg('svg', { class: 'picture away' });
    root.after(wide);
    try {
      drawInto(wide, SAVED_WIDTH);
      const written = writeSvg(wide, t(`${id}.title`));
      saveBlob(kind === 'svg' ? svgBlob(written) : await pngBlob(written), `${name}.${kind}`);
    } catch (error) {
      frame.fail(error);
    } finally {
      wide.remove();
      redraw();
    }
  }

  async function copyLink() {
    const copied = await navigator.clipboard.writeText(location.href).then(() => true, () => false);
    fill(linked, t(copied ? 'frame.linkCopied' : 'frame.linkInAddress'));
  }
  const linked = h('span', { class: 'hint', role: 'status' });

  function onKey(event) {
    if (isTyping(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowRight') go(stage + 1);
    else if (event.key === 'ArrowLeft' && last() !== Infinity) go(stage - 1);
    else return;
    event.preventDefault();
  }

  const element = h('section', { class: 'card diagram', id: `diagram-${id}`,
    'aria-labelledby': titleId, onkeydown: onKey },
  h('header', { class: 'diagram-head' },
    h('h1', { id: titleId, tabindex: '-1' }, t(`${id}.title`)),
    h('p', { class: 'lead' }, frame.say(t(`${id}.about`)))),
  controls, waiting, failure.element,
  h('figure', { class: 'picture-frame' }, root),
  words,
  h('div', { class: 'player', role: 'group', 'aria-label': t('frame.player') },
    first, back, play, next, place,
    h('span', { class: 'player-tools' },
      button('link', null, copyLink), linked,
      button('svg', 'download', () => save('svg')), button('png', 'download', () => save('png')))),
  task);

  const watcher = new ResizeObserver(() => {
    if (root.parentElement.clientWidth !== drawn) redraw();
  });

  return {
    element,
    async start() {
      watcher.observe(root.parentElement);
      try {
        const { create } = await entry.load();
        if (closed) return;
        diagram = create(frame);
        fill(controls, diagram.controls ?? []);
        controls.hidden = !controls.firstChild;
      } catch (error) {
        frame.fail(error);
        return;
      }
      if (last() !== Infinity) asked = Math.max(0, Math.floor(Number(course.told.stage)) - 1) || 0;
      await move(open);
    },
    redraw,
    close() {
      closed = true;
      playing = false;
      watcher.disconnect();
      diagram?.close?.();
    },
  };
}
