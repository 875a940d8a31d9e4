// The only file that touches WASM memory; src/wasm.c is the other side. Views are made after the
// call that may have grown the memory, and dropped at once.

import { EngineError, fail } from './failure.js';

/** @typedef {number} Handle   a pointer that only goes back into calls */

export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'];
export const PARTS = { train: 1, valid: 2, test: 3 };
const PHASES = ['prepare', 'cache', 'train', 'validate', 'test', 'done', 'ngrams'];
const FILES = { config: 0, weights: 1, tokenizer: 2 };
/** Places in afina_wasm_reply. */
const SIZE = 4;
const MESSAGE = 12;
const MESSAGE_SIZE = 512;
const PROGRESS_NUMBERS = 15;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * @param {object} module   what the factory of build/wasm/afina.mjs gives; with `threads` and
 *                          `numerics` ('plain', 'fused'; else the best) where they were asked for
 */
export function createBridge(module) {
  /** Runs a call into WASM. One that traps leaves the memory in no known state: that is a crash. */
  function guard(call) {
    try {
      return call();
    } catch (error) {
      if (error instanceof EngineError) throw error;
      return fail('CRASH', `The engine stopped: ${error?.message ?? error}`);
    }
  }

  function need(pointer) {
    return pointer >>> 0 || fail('AFINA_E_MEMORY', 'There is not enough memory for this.');
  }

  /** @returns {number} the unsigned 32 bits there */
  function number(at) {
    return new DataView(module.HEAPU8.buffer).getUint32(at, true);
  }

  function text(at, limit) {
    const bytes = module.HEAPU8.subarray(at, at + limit);
    const end = bytes.indexOf(0);
    return decoder.decode(bytes.slice(0, end < 0 ? limit : end));
  }

  /** Makes the call and turns a status into an exception. */
  function attempt(call) {
    const status = guard(call);
    if (status === 0) return;
    fail(text(module._afina_wasm_status_name(status), 64), text(reply + MESSAGE, MESSAGE_SIZE));
  }

  function handle(call) {
    attempt(call);
    return number(reply);
  }

  /** The bytes that the call allocated, as a copy outside WASM. */
  function bytes(call, elementSize = 1) {
    attempt(call);
    const at = number(reply);
    const copy = module.HEAPU8.slice(at, at + number(reply + SIZE) * elementSize);
    guard(() => module._free(at));
    return copy;
  }

  const json = (call) => JSON.parse(decoder.decode(bytes(call)));

  /** Copies arrays into WASM for the time of one call, which gets a pointer and a size of each. */
  function lend(arrays, call) {
    const pointers = [];
    try {
      for (const array of arrays) {
        const at = need(guard(() => module._malloc(Math.max(array.byteLength, 1))));
        pointers.push(at);
        module.HEAPU8.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
      }
      return call(...pointers.flatMap((at, i) => [at, arrays[i].byteLength]));
    } finally {
      for (const at of pointers) guard(() => module._free(at));
    }
  }

  const reply = need(guard(() => module._afina_wasm_reply_create()));
  const progress = need(guard(() => module._malloc(PROGRESS_NUMBERS * 8)));
  const runtime = handle(() => module._afina_wasm_runtime_create(reply, module.threads ?? 1));
  if (module.numerics) {
    lend([encoder.encode(`${module.numerics}\0`)], (at) => attempt(
      () => module._afina_wasm_runtime_set_numerics(reply, runtime, at)));
  }

  return {
    version: () => text(module._afina_wasm_version(), 64),
    threads: () => guard(() => module._afina_wasm_runtime_threads(runtime)),
    numerics: () => text(guard(() => module._afina_wasm_runtime_numerics(runtime)), 16),

    /** Sessions keep what frozen blocks left for texts, so many bytes; drops what was kept. */
    keep: (limit) => attempt(() => module._afina_wasm_runtime_keep(reply, runtime, limit)),

    /** For a module with more calls (bench/). */
    extend: (make) => make({ attempt, bytes, guard, handle, json, lend, runtime, reply,
      size: () => number(reply + SIZE) }),

    sniff(start, complete) {
      const packed = lend([start], (at, size) => guard(
        () => module._afina_wasm_csv_sniff(at, size, complete ? 1 : 0)));
      return {
        encoding: ENCODINGS[packed & 255],
        delimiter: String.fromCharCode((packed >> 8) & 255),
        bom: (packed >> 16) & 15,
        skip: packed >> 20,
      };
    },

    toUtf8: (file, encoding) => lend([file], (at, size) => bytes(
      () => module._afina_wasm_csv_to_utf8(reply, at, size, ENCODINGS.indexOf(encoding)))),

    /** @param {{config: Uint8Array, weights: Uint8Array, tokenizer: Uint8Array}} files */
    loadModel: ({ config, weights, tokenizer }) => lend([config, weights, tokenizer],
      (...places) => handle(() => module._afina_wasm_model_load(reply, ...places))),
    /** The classifier that a delta makes of its base, which stays. */
    loadDelta: (base, delta) => lend([delta], (at, size) => handle(
      () => module._afina_wasm_model_load_delta(reply, base, at, size))),
    freeModel: (model) => guard(() => module._afina_wasm_model_free(model)),
    describeModel: (model) => json(() => module._afina_wasm_model_describe(reply, model)),
    /** @param {'config'|'weights'|'tokenizer'} file */
    saveModel: (model, file) => bytes(
      () => module._afina_wasm_model_save(reply, model, FILES[file])),

    createDataset: () => handle(() => module._afina_wasm_dataset_create(reply)),
    freeDataset: (data) => guard(() => module._afina_wasm_dataset_free(data)),
    /** @param {{number: number, text: string, label: string}[]} rows */
    addRows(data, part, rows) {
      const heads = new Uint32Array(rows.length * 3);
      const cells = pack(rows.flatMap(({ text: each, label }) => [each, label]));
      const { sizes } = cells;
      rows.forEach((row, i) => heads.set([row.number, sizes[2 * i], sizes[2 * i + 1]], 3 * i));
      lend([heads, cells.bytes], (at, _, start) => attempt(
        () => module._afina_wasm_dataset_add(reply, data, part, at, rows.length, start)));
    },
    inspect: (model, data) => json(() => module._afina_wasm_inspect(reply, model, data)),

    /** What such a session would take of memory; `tokens` are those of the inspection. */
    sessionMemory: (model, data, tokens, options) => lend(
      [encoder.encode(JSON.stringify(options))], (at, size) => json(
        () => module._afina_wasm_session_memory(
          reply, runtime, model, data, tokens.max, tokens.total, at, size))),
    /** The options completed, and a digit for each row's part (src/afina.h). */
    planSession: (model, data, options) => lend([encoder.encode(JSON.stringify(options))],
      (at, size) => json(
        () => module._afina_wasm_session_plan(reply, runtime, model, data, at, size))),
    createSession: (model, data, options) => lend([encoder.encode(JSON.stringify(options))],
      (at, size) => handle(
        () => module._afina_wasm_session_create(reply, runtime, model, data, at, size))),
    freeSession: (session) => guard(() => module._afina_wasm_session_free(session)),
    describeSession: (session) => json(() => module._afina_wasm_session_describe(reply, session)),
    step(session, now) {
      attempt(() => module._afina_wasm_session_step(reply, session, now, progress));
      return readProgress(new Float64Array(module.HEAPU8.buffer, progress, PROGRESS_NUMBERS));
    },
    stop: (session) => guard(() => module._afina_wasm_session_stop(session)),
    /** The document as it is written to a file. */
    report: (session) => decoder.decode(
      bytes(() => module._afina_wasm_session_report(reply, session))),
    tunedModel: (session) => handle(() => module._afina_wasm_session_model(reply, session)),
    sessionDelta: (session) => bytes(() => module._afina_wasm_session_delta(reply, session)),
    /** Rows of the data set that were tested, and probabilities [rows, classes]. */
    tested(session) {
      const borrowed = (call, Type) => {
        guard(call);
        return new Type(module.HEAPU8.buffer, number(reply), number(reply + SIZE)).slice();
      };
      return {
        rows: borrowed(() => module._afina_wasm_session_tested_rows(reply, session), Uint32Array),
        probabilities: borrowed(
          () => module._afina_wasm_session_tested_probabilities(reply, session), Float32Array),
      };
    },

    createComparison: (model, data, plan) => lend([encoder.encode(JSON.stringify(plan))],
      (at, size) => handle(
        () => module._afina_wasm_comparison_create(reply, runtime, model, data, at, size))),
    freeComparison: (comparison) => guard(() => module._afina_wasm_comparison_free(comparison)),
    /** @param {boolean} starts   whether a session may begin: then memory is measured anew */
    stepComparison(comparison, starts, now) {
      attempt(() => module._afina_wasm_comparison_step(
        reply, comparison, runtime, starts ? 1 : 0, now, progress));
      const [entry, entries, run, runs, fraction, done, epoch, epochs] = new Float64Array(
        module.HEAPU8.buffer, progress, PROGRESS_NUMBERS);
      return { entry, entries, run, runs, fraction, done: done !== 0, epoch, epochs };
    },
    /** comparison.json as it is written to a file. */
    comparisonReport: (comparison) => decoder.decode(
      bytes(() => module._afina_wasm_comparison_report(reply, comparison))),

    nearDuplicates: (data) => json(() => module._afina_wasm_near_duplicates(reply, data)),
    createFolds: (model, data, k, seed, options) => lend([encoder.encode(JSON.stringify(options))],
      (at, size) => handle(() => module._afina_wasm_folds_create(
        reply, runtime, model, data, k, seed, at, size))),
    freeFolds: (folds) => guard(() => module._afina_wasm_folds_free(folds)),
    /** The fraction that is done; 1: all is. */
    stepFolds(folds, now) {
      attempt(() => module._afina_wasm_folds_step(reply, folds, now));
      return number(reply + SIZE) / 1e6;
    },
    doubtfulLabels: (folds, data) => json(
      () => module._afina_wasm_folds_doubtful(reply, folds, data)),
    /** What each word did for a class (-1: the predicted one); some words are left out. */
    explain: (model, sentence, label, first, most) => lend([encoder.encode(sentence)],
      (at, size) => json(() => module._afina_wasm_explain(
        reply, runtime, model, at, size, label, first, most))),

    /** Probabilities [texts, classes]. */
    classify(model, texts) {
      const { sizes, bytes: cells } = pack(texts);
      const copy = lend([sizes, cells], (at, _, start) => bytes(
        () => module._afina_wasm_classify(reply, runtime, model, at, texts.length, start), 4));
      return new Float32Array(copy.buffer);
    },
  };
}

/** Texts as UTF-8 without gaps, and the size of each. */
function pack(texts) {
  const encoded = texts.map((each) => encoder.encode(each));
  const sizes = Uint32Array.from(encoded, (each) => each.length);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const each of encoded) {
    bytes.set(each, at);
    at += each.length;
  }
  return { sizes, bytes };
}

function readProgress(numbers) {
  const [phase, epoch, epochs, step, steps, fraction, texts, loss, bestEpoch, ...last] = numbers;
  const [lastEpoch, train_loss, valid_loss, valid_accuracy, seconds, first_block] = last;
  return {
    phase: PHASES[phase], epoch, epochs, step, steps, fraction, texts, loss, bestEpoch,
    last: { epoch: lastEpoch, train_loss, valid_loss, valid_accuracy, seconds, first_block },
  };
}
