// The contract between the page and the engine (worker + WASM). Types only: nothing here runs.
//
// The page pulls, the worker never pushes: every method is one request with one reply. A long job
// is a series of run(budgetMs) calls; to cancel, stop asking (or call stop(), which keeps the best
// epoch so far). Numbers that both sides show come from the same C library as the command line's.

/**
 * What every rejected promise carries as `error.failure`.
 *
 * Codes of the C library are those of src/base/status.h: 'AFINA_E_DATA', ... The page's own:
 *
 *   CSV_EMPTY        no header, or a header and no rows
 *   CSV_BROKEN       {row}: a quote that opens in this row (0: the header) never closes
 *   CSV_ONE_COLUMN   {delimiter}: nothing divides the rows
 *   CSV_TOO_LARGE    {megabytes, limit}
 *   CSV_SPREADSHEET  an .xlsx, .ods or .xls: to be saved as CSV first
 *   CSV_NOT_TEXT     some other binary file
 *   COLUMN_MISSING   {column}: the test file lacks a column of the training file
 *   MODEL_FILES      {file}: config.json, model.safetensors or tokenizer.json is not there
 *   DELTA_BASE       a delta of another model than the one in use
 *   FILE_UNREADABLE  the browser cannot read a file: gone, or changed since it was chosen
 *   NETWORK          {file}: a file of the page could not be fetched
 *   CRASH            the worker died; the next call starts another and reloads what it had
 *
 * @typedef {object} Failure
 * @property {string} code      stable key for translation
 * @property {string} detail    English sentence with row, column or tensor name
 * @property {Object<string, string|number>} [values]   for the translated sentence, as above
 */

/**
 * @typedef {object} ModelInfo
 * @property {string} name           'afina-mini'
 * @property {number} parameters
 * @property {number} layers
 * @property {number} width
 * @property {number} heads
 * @property {number} context        tokens
 * @property {number} vocabulary
 * @property {string[]} classes      [] for a language model, the labels for a classifier
 * @property {number} bytes          of its files
 * @property {boolean} [delta]       a delta was opened: the model in use stays in use, with this
 *           classifier beside it
 * @property {number} threads        that the engine works with
 * @property {'plain'|'fused'} numerics   how it adds products up (src/afina.h)
 */

/**
 * A CSV as read, before columns are chosen. Its first row is the header.
 *
 * @typedef {object} TableInfo
 * @property {string} name           file name
 * @property {string|null} sha256    of the file; null where the page is no secure context
 * @property {number} rows           without the header and blank lines
 * @property {string[]} columns      header names, made unique; 'column 3' where there is none
 * @property {string} delimiter      ',' ';' '\t' '|'
 * @property {'utf-8'|'utf-16le'|'utf-16be'|'windows-1252'} encoding
 * @property {string[][]} preview    first 8 rows, cells cut at 200 characters
 * @property {{text: number, label: number}} guess   of the columns
 * @property {Warning[]} warnings    the first 1000
 * @property {number} warningCount   of all
 */
/**
 * @typedef {object} Warning
 * @property {number} row            1 is the first below the header
 * @property {'CELLS_FEW'|'CELLS_MANY'|'QUOTE'} code   QUOTE: a quote inside a quoted cell
 * @property {string} detail         English sentence
 */

/**
 * What a user must know about the chosen columns, from C (src/data/inspect.h).
 *
 * @typedef {object} Inspection
 * @property {number} rows
 * @property {number} usable
 * @property {{label: string, count: number}[]} classes
 * @property {Object<string, {count: number, rows: number[]}>} issues   keys: empty_text,
 *           empty_label, duplicates, conflicts, leaked, invalid_utf8, too_long; the first 100 row
 *           numbers, as in the user's file
 * @property {{median: number, p95: number, max: number, total: number, context: number}} tokens
 * @property {Options} defaults      the defaults for this data
 */

/**
 * The command line's options; 0 or absent: the default for the data at hand.
 *
 * @typedef {object} Options
 * @property {string} strategy       'head' | 'last:K' | 'full' | 'gradual' |
 *                                   'lora:R' | 'prefix:P' | 'prompt:P'
 * @property {number} lora_alpha     with lora:R; as are:
 * @property {'attn'|'mlp'|'all'} lora_targets
 * @property {number} lora_blocks    how many blocks from the top have it; 0: all
 * @property {'last'|'mean'|'special'|'words'} readout
 * @property {number} epochs
 * @property {number} lr
 * @property {number} batch
 * @property {number} seed
 * @property {number} split_seed     of the split; by default the seed
 * @property {number} valid_share
 * @property {number} test_share
 * @property {boolean} ngrams        a bag of n-grams beside the network
 * @property {'none'|'balanced'} class_weights      texts count by their class
 * @property {'shuffle'|'balanced'} sampling        as many texts of every class in an epoch
 * @property {number} label_smoothing
 * @property {number} dropout        in what trains
 * @property {number} layer_decay    rate of a block as a factor of that above it
 * @property {number} [gradual_epochs]   gradual: epochs until one block more trains
 * @property {'adamw'|'lbfgs'} optimizer         with head; lbfgs: all texts at once
 * @property {number} [ridge]        with lbfgs: how strongly weights are held back
 * @property {number} cache_mb       what kept activations may take, in 2^20 bytes
 */

/**
 * What a session would take of memory, in bytes, from C (src/afina.h, afina_session_memory).
 *
 * @typedef {object} MemoryNeed
 * @property {number} weights
 * @property {number} gradients
 * @property {number} moments
 * @property {number} activations
 * @property {number} cache          activations of frozen blocks, kept for all texts
 * @property {'none'|'f32'|'f16'} cache_kind
 * @property {number} store          what of them is kept for later trainings, at most
 * @property {number} ngrams         while they are learned; an estimate
 * @property {number} texts
 * @property {number} total
 * @property {number|null} available
 * @property {number} head           the total with this strategy instead
 * @property {number} 'last:1'       likewise
 */

/**
 * What the user has changed in the labels, by row number as in the file; null: the row is left out.
 *
 * @typedef {object} Corrections
 * @property {[number, string|null][]} [train]   in the table
 * @property {[number, string|null][]} [test]    in the test table
 */

/**
 * @typedef {object} SessionInfo
 * @property {string[]} classes
 * @property {{train: number, valid: number, test: number}} split   rows
 * @property {Options} options       completed with the defaults used
 * @property {number} trained_parameters
 * @property {number} reused         texts whose frozen part an earlier session left, once prepared
 * @property {number} computed       texts for which it is computed, once prepared
 * @property {boolean} keepsParts    there are corrections, and rows train, validate and test where
 *           the files' own labels put them; a row that had none trains
 */

/**
 * Reply of run(): where the session is, and what is new since the last call.
 *
 * @typedef {object} Progress
 * @property {'prepare'|'ngrams'|'cache'|'train'|'validate'|'test'|'done'} phase   'ngrams'
 *           before the network trains, and once more behind it
 * @property {number} epoch
 * @property {number} epochs
 * @property {number} step           within the phase
 * @property {number} steps          within the phase
 * @property {number} fraction       of the whole job, 0..1
 * @property {number} examplesPerSecond   0 before training has begun
 * @property {number} secondsLeft    -1 while unknown
 * @property {{step: number, loss: number}[]} losses   training loss per step, new ones only
 * @property {Epoch[]} epochsDone    new ones only
 * @property {number} bestEpoch      0 before the first validation
 * @property {Failure} [cutShort]    training failed (diverged, out of memory) after an epoch worth
 *           keeping: the session goes on to test that one
 */
/**
 * @typedef {object} Epoch
 * @property {number} epoch
 * @property {number} train_loss
 * @property {number|null} valid_loss       null without validation rows
 * @property {number|null} valid_accuracy   null without validation rows
 * @property {number} seconds
 * @property {number} first_block    from 0, the first block that trained; as many as there are: the
 *           head alone
 */

/**
 * A text of the evaluated part.
 *
 * @typedef {object} Row
 * @property {'train'|'test'} source   the table, or the test table
 * @property {number} row            in the user's file
 * @property {string} text
 * @property {string} label
 * @property {string} original       the label that the file gives it
 * @property {string} predicted
 * @property {number[]} probabilities   in the order of the classes
 */

/**
 * Kept in the browser's own storage when a session ends, so that closing the tab loses nothing:
 * weights, tokenizer and report, none of the user's texts.
 *
 * @typedef {object} SavedModel
 * @property {string} name           the table it was trained on
 * @property {string[]} classes
 * @property {number} savedAt        milliseconds, as Date.now()
 * @property {object} report         report.json
 */

/**
 * What each word of a text did for a class, in logits, from C (src/afina.h, afina_explain).
 *
 * @typedef {object} Explanation
 * @property {number} class
 * @property {string} label
 * @property {number} logit          how far it lies above the mean of all classes'
 * @property {boolean} truncated     the network has not read all of the text
 * @property {{start: number, end: number, gradient: number, ngrams: number,
 *           leave_one_out: number|null}[]} words   start, end: bytes of the text in UTF-8
 */

/**
 * A row that an audit found, with what the page knows of it.
 *
 * @typedef {object} FoundRow
 * @property {'train'|'test'} source
 * @property {number} row            in that file
 * @property {string} text
 * @property {string} label          as corrected
 * @property {string} original       as in the file
 */
/**
 * What there is to look at again, from C (src/analysis/label_errors.h, duplicates.h).
 *
 * @typedef {object} Audit
 * @property {{rows: number, likely: number, count: number, items: (FoundRow & {suggested: string,
 *           p_label: number, p_suggested: number, score: number, likely: boolean})[]}} labels
 *           the most suspicious first
 * @property {{complete: boolean, rows: number, groups: number, items: {rows: FoundRow[],
 *           action: 'move'|'relabel'|'remove', similarity: number, labels_differ: boolean,
 *           count: number}[]}} duplicates
 */

/** @typedef {(done: number, total: number) => void} OnProgress */
/** @typedef {{classes: string[], probabilities: number[][]}} Answer */

/**
 * Where a comparison is. The session's epochs are 0 before and between sessions.
 *
 * @typedef {object} ComparisonProgress
 * @property {number} entry          at work, of `entries`
 * @property {number} entries
 * @property {number} run            of the entry, of `runs`
 * @property {number} runs
 * @property {number} fraction       of the whole, 0 .. 1
 * @property {boolean} done
 * @property {number} epoch          of the session
 * @property {number} epochs
 * @property {string} [report]       comparison.json, whenever another run is done
 */

/**
 * What createEngine() of web/engine/client.js gives.
 *
 * @typedef {object} Engine
 * @property {(url: string, onProgress: OnProgress, signal?: AbortSignal) => Promise<ModelInfo>}
 *           loadModel
 *           url of a model folder, relative to the page, with a slash at its end; counts bytes; the
 *           signal ends the download
 * @property {(files: File[]) => Promise<ModelInfo>} loadModelFiles
 *           config.json, model.safetensors and tokenizer.json, a zip that holds them, or a delta
 *           of the model in use
 * @property {(file: Blob, name: string) => Promise<TableInfo>} openTable
 *           the previous table stays if it fails; else the test table is closed too
 * @property {(file: Blob, name: string) => Promise<TableInfo>} openTestTable
 *           optional; call chooseColumns again afterwards
 * @property {() => Promise<void>} closeTestTable   call chooseColumns again afterwards
 * @property {(text: number, label: number, corrections?: Corrections) => Promise<Inspection>}
 *           chooseColumns
 *           with what is to be corrected; a call without corrections takes them back
 * @property {(from: number, count: number)
 *           => Promise<{total: number, rows: {row: number, text: string}[]}>} unlabeled
 *           rows of the table that have a text and, in the file, no label
 * @property {(source: 'train'|'test', rows: number[])
 *           => Promise<{row: number, text: string, label: string}[]>} readRows   as in the file
 * @property {(source: 'train'|'test', wanted: {labels: [number, string|null][], mark: boolean})
 *           => Promise<Blob>} correctedTable
 *           the user's file with these labels, and every other byte as it is; mark: with a column
 *           more that says which rows changed
 * @property {(options: Options) => Promise<MemoryNeed>} measureMemory
 * @property {(options: Options) => Promise<SessionInfo>} startSession
 * @property {(budgetMs: number) => Promise<Progress>} run
 * @property {() => Promise<void>} stop
 *           keeps the best epoch so far; run() goes on to the test phase
 * @property {(plan: object) => Promise<void>} startComparison
 *           see afina_comparison_create in src/afina.h; the one before it ends
 * @property {(budgetMs: number) => Promise<ComparisonProgress>} runComparison
 * @property {() => Promise<void>} endComparison
 * @property {() => Promise<object>} report   report.json (see DESIGN: command line)
 * @property {(actual: number, predicted: number, from: number, count: number)
 *           => Promise<{total: number, rows: Row[]}>} cell
 *           texts of a confusion cell, those first of which the model was surest
 * @property {() => Promise<import('./tested.js').Tested|null>} tested   all of them, packed; null
 *           before a training has ended
 * @property {(texts: string[]) => Promise<Answer>} classify
 * @property {(text: string, label: number, first: number, most: number) => Promise<Explanation>}
 *           explain
 *           label: a class, or -1 for the predicted one; `most` words from `first` on are left out
 * @property {(options: {folds: number, seed: number}, onProgress: OnProgress,
 *           signal?: AbortSignal) => Promise<Audit|null>} audit
 *           of the table and columns that are chosen; null where the signal ended it
 * @property {(file: Blob, name: string, onProgress: OnProgress) => Promise<Blob>} classifyTable
 *           the user's CSV with the columns predicted and p_LABEL, one for each class, added
 * @property {(what: 'report'|'predictions'|'model'|'delta')
 *           => Promise<{blob: Blob, name: string}>} download
 *           report.json, predictions.csv, model.zip, delta.safetensors; also after a crash
 * @property {() => Promise<number>} deltaSize   bytes; 0 where there is none: all of the model
 *           trained
 * @property {() => Promise<{model: ModelInfo|null, table: TableInfo|null, trained: boolean}>}
 *           recover
 *           after CRASH: starts a new worker and reloads what was there. Every call does so by
 *           itself; this one tells what is there again. A session that ran is gone.
 * @property {() => Promise<SavedModel|null>} savedModel   the last one that this browser keeps
 * @property {() => Promise<ModelInfo>} openSavedModel
 *           makes it the classifier of classify(); what is trained next starts from the model
 *           that is loaded, as before
 * @property {() => Promise<void>} forgetSavedModel
 */

export {};
