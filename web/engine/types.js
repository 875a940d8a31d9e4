// The contract between the page and the engine (worker + WASM). Types only: nothing here runs.
//
// The page pulls, the worker never pushes: every method is one request with one reply. A long job is a series of
// run(budgetMs) calls; to cancel, stop asking (or call stop(), which keeps the best epoch so far).
// All numbers that both sides show come from the same C library as the command line's.

/**
 * @typedef {object} Failure         What every rejected promise carries as `error.failure`.
 * @property {string} code           Stable key for translation: 'AFINA_E_DATA', ..., or of the page's own:
 *                                   'CSV_EMPTY', 'CSV_BROKEN', 'CSV_ONE_COLUMN', 'CSV_TOO_LARGE', 'NETWORK', 'CRASH', ...
 * @property {string} detail         English sentence with row, column or tensor name; shown under the translated one.
 * @property {Object<string, string|number>} [values]  Values for the translated sentence (row, column, ...).
 */

/**
 * @typedef {object} ModelInfo
 * @property {string} name           'afina-mini'
 * @property {number} parameters
 * @property {number} layers  @property {number} width  @property {number} heads
 * @property {number} context        tokens
 * @property {number} vocabulary
 * @property {string[]} classes      [] for a language model, the labels for a classifier
 * @property {number} bytes          downloaded
 */

/**
 * @typedef {object} TableInfo       A CSV as read, before columns are chosen.
 * @property {string} name           file name
 * @property {number} rows           data rows (without the header)
 * @property {string[]} columns      header names (made unique; 'column 1', ... when there is no header)
 * @property {string} delimiter      ',' ';' '\t' '|'
 * @property {'utf-8'|'utf-16le'|'utf-16be'|'windows-1252'} encoding
 * @property {string[][]} preview    first 8 rows, cells cut at 200 characters
 * @property {{text: number, label: number}} guess   best guess of the columns
 * @property {{row: number, code: string, detail: string}[]} warnings   e.g. rows with too few or too many cells
 */

/**
 * @typedef {object} Inspection      From C (data/inspect): what a user must know about the chosen columns.
 * @property {number} rows  @property {number} usable
 * @property {{label: string, count: number}[]} classes
 * @property {Object<string, {count: number, rows: number[]}>} issues   keys: empty_text, empty_label, duplicates,
 *           conflicts, leaked, invalid_utf8, too_long; row numbers as in the user's file, first 100
 * @property {{median: number, p95: number, max: number, context: number}} tokens
 * @property {Options} defaults      the measured defaults for this data
 */

/**
 * @typedef {object} Options         Exactly the command line's options; 0 or absent = default for the data at hand.
 * @property {string} strategy       'head' | 'last:K' | 'full'
 * @property {'last'|'mean'|'special'} readout
 * @property {number} epochs  @property {number} lr  @property {number} batch  @property {number} seed
 * @property {number} valid_share  @property {number} test_share
 */

/**
 * @typedef {object} Progress        Reply of run(): where the session is, and what is new since the last call.
 * @property {'prepare'|'cache'|'train'|'validate'|'test'|'done'} phase
 * @property {number} epoch  @property {number} epochs
 * @property {number} step  @property {number} steps          within the phase
 * @property {number} fraction                                of the whole job, 0..1
 * @property {number} examplesPerSecond
 * @property {number} secondsLeft                             -1 while unknown
 * @property {{step: number, loss: number}[]} losses          training loss per step, new ones only
 * @property {Epoch[]} epochsDone                             new ones only
 * @property {number} bestEpoch                               0 before the first validation
 */
/**
 * @typedef {object} Epoch
 * @property {number} epoch  @property {number} train_loss  @property {number} valid_loss
 * @property {number} valid_accuracy  @property {number} seconds
 */

/**
 * @typedef {object} Row             A text of the evaluated part with the model's probabilities.
 * @property {number} row  @property {string} text  @property {string} label  @property {string} predicted
 * @property {number[]} probabilities   in the order of the classes
 */

/**
 * @typedef {object} Engine          What web/engine/client.js exports (through Comlink).
 * @property {(url: string, onProgress: (loaded: number, total: number) => void) => Promise<ModelInfo>} loadModel
 *           url of a model folder, relative to the page; progress comes by polling inside the client
 * @property {(files: File[]) => Promise<ModelInfo>} loadModelFiles     config.json, model.safetensors, tokenizer.json or a zip
 * @property {(file: Blob, name: string) => Promise<TableInfo>} openTable   the previous table stays if it fails
 * @property {(file: Blob, name: string) => Promise<TableInfo>} openTestTable   optional test file
 * @property {() => Promise<void>} closeTestTable
 * @property {(text: number, label: number) => Promise<Inspection>} chooseColumns
 * @property {(options: Options) => Promise<{classes: string[], split: {train: number, valid: number, test: number},
 *            options: Options, trained_parameters: number}>} startSession     options completed with the defaults used
 * @property {(budgetMs: number) => Promise<Progress>} run
 * @property {() => Promise<void>} stop               keep the best epoch so far and go on to the test phase
 * @property {() => Promise<object>} report           report.json as an object (see DESIGN: command line)
 * @property {(actual: number, predicted: number, from: number, count: number) => Promise<{total: number, rows: Row[]}>} cell
 *           texts of a confusion cell, most confident first
 * @property {(texts: string[]) => Promise<{classes: string[], probabilities: number[][]}>} classify
 * @property {(file: Blob, name: string, onProgress: (done: number, total: number) => void) => Promise<Blob>} classifyTable
 *           the user's CSV with the columns label and one probability per class added
 * @property {(what: 'report'|'predictions'|'model') => Promise<{blob: Blob, name: string}>} download
 *           report.json, predictions.csv, model.zip
 */

export {};
