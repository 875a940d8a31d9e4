// Instruction tuning's calls; src/wasm_instruct.c is the other side.

import { PARTS } from '../../engine/bridge.js';

const NUMBERS = 13;
const PHASES = { 2: 'train', 3: 'validate', 5: 'done' };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A row and its template as bytes to lend: texts, their sizes, three words. */
function packed({ instruction = '', input = '', response = '', language = '' },
  { template = '', language: spoken = '' } = {}) {
  const texts = [instruction, input, response].map((each) => encoder.encode(each));
  return [
    encoder.encode(instruction + input + response),
    Uint32Array.from(texts.map(({ length }) => length)),
    encoder.encode(`${template}\0${spoken}\0${language}\0`),
  ];
}

/** NaN crosses no JSON and fits no scale. */
const known = (value) => (Number.isNaN(value) ? null : value);

export const instructCalls = (module, { attempt, bytes, guard, handle, json, lend, reply,
  runtime }) => ({
  /** afina_instruction_format's document: start and end count bytes. */
  formatInstruction: (model, row, form) => lend(packed(row, form),
    (texts, _, sizes, __, words) => json(
      () => module._afina_wasm_instruction_format(reply, model, texts, sizes, words))),
  instructionPrompt: (model, row, form) => lend(packed(row, form),
    (texts, _, sizes, __, words) => decoder.decode(bytes(
      () => module._afina_wasm_instruction_prompt(reply, model, texts, sizes, words)))),
  /** afina_instruct_losses' document: start and end count bytes. */
  instructLosses: (model, row, form) => lend(packed(row, form),
    (texts, _, sizes, __, words) => json(() => module._afina_wasm_instruct_losses(
      reply, runtime, model, texts, sizes, words))),
  /** @returns {{exact: boolean, f1: number, precision: number, recall: number}} */
  scoreAnswer: (answer, reference) => lend(
    [encoder.encode(answer), encoder.encode(reference), new Float64Array(4)],
    (at, size, to, length, numbers) => {
      attempt(() => module._afina_wasm_score_answer(reply, at, size, to, length, numbers));
      const [exact, f1, precision, recall] = new Float64Array(module.HEAPU8.buffer, numbers, 4);
      return { exact: exact !== 0, f1, precision, recall };
    }),

  createInstructions: () => handle(() => module._afina_wasm_instructions_create(reply)),
  freeInstructions: (rows) => guard(() => module._afina_wasm_instructions_free(rows)),
  /** @param {object[]} list   {instruction, input, response, language} */
  addInstructions: (rows, part, list) => lend([encoder.encode(JSON.stringify(list))],
    (at, size) => attempt(() => module._afina_wasm_instructions_add_json(
      reply, rows, PARTS[part], at, size))),
  createInstruct: (model, rows, options) => lend([encoder.encode(JSON.stringify(options))],
    (at, size) => handle(() => module._afina_wasm_instruct_create(
      reply, runtime, model, rows, at, size))),
  /** @param {Uint8Array} state   what instructState gave */
  resumeInstruct: (model, rows, state) => lend([state], (at, size) => handle(
    () => module._afina_wasm_instruct_resume(reply, runtime, model, rows, at, size))),
  freeInstruct: (run) => guard(() => module._afina_wasm_instruct_free(run)),
  stepInstruct: (run, now) => lend([new Float64Array(NUMBERS)], (numbers) => {
    attempt(() => module._afina_wasm_instruct_step(reply, run, now, numbers));
    const [phase, epoch, epochs, step, steps, fraction, tokens, loss, learning_rate, gradient_norm,
      epochs_done, train_loss, valid_loss] =
      new Float64Array(module.HEAPU8.buffer, numbers, NUMBERS);
    return { phase: PHASES[phase], epoch, epochs, step, steps, fraction, tokens, loss: known(loss),
      learning_rate: known(learning_rate), gradient_norm: known(gradient_norm), epochs_done,
      train_loss: known(train_loss), valid_loss: known(valid_loss),
      done: PHASES[phase] === 'done' };
  }),
  describeInstruct: (run) => json(() => module._afina_wasm_instruct_describe(reply, run)),
  reportInstruct: (run) => json(() => module._afina_wasm_instruct_report(reply, run)),
  instructModel: (run) => handle(() => module._afina_wasm_instruct_model(reply, run)),
  /** @param {boolean} half   as F16: half as large, and another model by its rounding */
  instructDelta: (run, half) => bytes(
    () => module._afina_wasm_instruct_delta(reply, run, half ? 1 : 0)),
  instructState: (run) => bytes(() => module._afina_wasm_instruct_checkpoint(reply, run)),
});
