// The page in English. Same keys as pt-BR.js; a test compares them.

import analysis from './analysis-en.js';
import compare from './compare-en.js';
import edits from './edits-en.js';
import failures from './failures-en.js';
import options from './options-en.js';
import queue from './queue-en.js';
import recipe from './recipe-en.js';
import strategies from './strategies-en.js';

export default {
  'app.title': 'Afina: fine-tune a small GPT on your own texts',
  'app.titleTraining': '{percent}% · Afina is training',
  'app.headline': 'Fine-tune a small GPT on your own texts',
  'app.sentence':
    'Bring a spreadsheet of labeled texts, train a classifier and see where it is right and ' +
    'where it is wrong. All of it inside this page.',

  'header.language': 'Language',
  'header.toDark': 'Switch to the dark theme',
  'header.toLight': 'Switch to the light theme',
  'header.skip': 'Skip to the data',
  'header.steps': 'Steps',
  'header.course': 'Course',
  'header.readme': 'About',

  'privacy.title': 'Your data never leaves this computer',
  'privacy.how':
    'The model runs in this browser. There is no server to send anything to, and a rule in this' +
    ' page (its Content-Security-Policy) makes the browser refuse any request to another ' +
    'address.',
  'privacy.check':
    'See for yourself: once the model has loaded, disconnect from the internet. Everything goes' +
    ' on working.',

  'model.title': 'The model',
  'model.choice': 'afina-base knows more words, for about three and a half times the work.',
  'model.loading': 'Loading the weights…',
  'model.loadingBytes':
    'Loading the weights: {loaded} of {total}. You can already choose your data.',
  'model.opening': 'Opening the model…',
  'model.open': 'Open another model (zip, or its three files) or a delta',
  'model.delta': {
    one: 'Step 4 classifies with the delta {name}: {count} class.',
    other: 'Step 4 classifies with the delta {name}: {count} classes.',
  },
  'model.isReady': 'is ready to learn.',
  'model.isClassifier': {
    one: 'is ready: it knows {count} class.',
    other: 'is ready: it knows {count} classes.',
  },
  'model.parameters': 'Parameters',
  'model.blocks': 'Transformer blocks',
  'model.blocksValue': '{layers}, {width} wide, {heads} heads',
  'model.context': 'Reads up to',
  'model.contextValue': { one: '{count} token', other: '{count} tokens' },
  'model.vocabulary': 'Vocabulary',
  'model.vocabularyValue': { one: '{count} token', other: '{count} tokens' },
  'model.threads': 'Works on',
  'model.threadsValue': { one: '{count} processor core', other: '{count} processor cores' },
  'model.numerics': 'Multiplies and adds',
  'numerics.plain': 'in two steps (plain)',
  'numerics.fused': 'in one step (fused)',

  'action.retry': 'Try again',
  'action.dismiss': 'Dismiss this message',
  'action.close': 'Close',

  'data.nav': 'Data',
  'data.title': 'Your data',
  'data.about':
    'A table with one text per row, and a column that says which class each text belongs to.',
  'data.drop': 'Drop a CSV file here',
  'data.dropHint':
    'Comma, semicolon or tab; UTF-8 or the encoding of older spreadsheets. Both are recognised.',
  'data.choose': 'Choose a file',
  'data.samples': 'Nothing at hand? Try one of ours:',
  'data.opening': 'Reading {name}…',
  'data.kept': 'Nothing was lost: {name} is still loaded.',
  'data.rows': { one: '{count} row', other: '{count} rows' },
  'data.columns': { one: '{count} column', other: '{count} columns' },
  'data.delimiter': 'separated by {delimiter}',
  'data.warnings': {
    one: '{count} row is not quite in order',
    other: '{count} rows are not quite in order',
  },
  'data.warningRow': 'Row {row}:',
  'data.textColumn': 'Column with the text',
  'data.labelColumn': 'Column with the class',
  'data.textChip': 'text',
  'data.labelChip': 'class',
  'data.preview': 'The first rows of the table',
  'data.testTitle': 'Separate file for testing (optional)',
  'data.testHint':
    'Without it, a share of the rows is set aside for testing. A test file has the same two ' +
    'columns.',
  'data.testChoose': 'Choose the test file',
  'data.testRemove': 'Remove the test file',
  'data.testLoaded': {
    one: 'Testing on {name} ({count} row).',
    other: 'Testing on {name} ({count} rows).',
  },
  'data.inspecting': 'Counting classes and looking for problems…',
  'data.waiting': 'The classes are counted as soon as the model has loaded.',
  'data.balance': 'Texts per class',
  'data.usable': {
    one: '{count} usable text, number of classes: {classes}.',
    other: '{count} usable texts in {classes} classes.',
  },
  'data.class': 'Class',
  'data.count': 'Texts',
  'data.share': 'Share',
  'data.moreClasses': { one: '{count} more class', other: '{count} more classes' },
  'data.tokens':
    'Half of the texts have up to {median} tokens, the longest has {max}. The model reads the ' +
    'first {context} of a text.',
  'data.problems': 'Worth a look',
  'data.noProblems': 'No empty rows, no duplicates, no contradictions found.',
  'data.inRows': 'Rows: {rows}.',
  'data.moreRows': 'and {count} more',

  'warning.CELLS_FEW': 'it has fewer cells than the header.',
  'warning.CELLS_MANY': 'it has more cells than the header.',
  'warning.QUOTE': 'it has a quotation mark in the middle of a quoted cell.',

  'delimiter.comma': 'commas',
  'delimiter.semicolon': 'semicolons',
  'delimiter.tab': 'tabs',
  'delimiter.pipe': 'vertical bars',

  'sample.pt.title': 'Messages from students',
  'sample.pt.about': 'In Portuguese, 5 classes: question, complaint, praise, absence, suggestion',
  'sample.en.title': 'Messages to a help desk',
  'sample.en.about': 'In English, 4 classes: billing, access, technical, certificate',

  'issue.empty_text': {
    one: '{count} row has no text and is left out.',
    other: '{count} rows have no text and are left out.',
  },
  'issue.empty_label': {
    one: '{count} row has no class and is left out.',
    other: '{count} rows have no class and are left out.',
  },
  'issue.duplicates': {
    one: '{count} row repeats the text and the class of an earlier row.',
    other: '{count} rows repeat the text and the class of an earlier row.',
  },
  'issue.conflicts': {
    one: '{count} row has a text that also stands under another class.',
    other: '{count} rows have a text that also stands under another class.',
  },
  'issue.leaked': {
    one: '{count} training row is also in the test file: the test will look better than it is.',
    other: '{count} training rows are also in the test file: the test will look better than it is.',
  },
  'issue.invalid_utf8': {
    one: '{count} row has characters that could not be read.',
    other: '{count} rows have characters that could not be read.',
  },
  'issue.too_long': {
    one: '{count} text is longer than the model can read: only its beginning counts.',
    other: '{count} texts are longer than the model can read: only their beginning counts.',
  },

  'train.nav': 'Train',
  'train.title': 'Training',
  'train.about':
    'The choices below are good for this data. Change them if you are curious, or just start.',
  'train.waitingData': 'Choose your data first.',
  'train.waitingColumns': 'Waiting for the columns to be checked.',
  'train.blocks': 'Number of last blocks that learn',
  'train.advanced': 'More options',
  'train.reset': 'Back to the recommended values',
  'train.automatic': 'automatic',
  'train.badNumber': 'A number from {min} to {max}, please.',
  'train.start': 'Train',
  'train.again': 'Train again',
  'train.stop': 'Stop and keep the best',
  'train.keepsResult': 'The previous result stays until this one is done.',

  ...options,
  ...strategies,

  'live.empty': 'The curves will be drawn here while the model learns.',
  'live.progress': 'Progress of the training',
  'live.prepare': 'Preparing the texts…',
  'live.ngrams': 'Counting words and pieces of words…',
  'live.cache': 'Running the frozen blocks once per text…',
  'live.train': 'Epoch {epoch} of {epochs}: learning',
  'live.validate': 'Epoch {epoch} of {epochs}: validating',
  'live.test': 'Testing on the texts kept aside…',
  'live.stopping': 'Stopping; the best epoch is kept…',
  'live.done': { one: 'Done after {count} epoch', other: 'Done after {count} epochs' },
  'live.failed': 'The training stopped before its end',
  'live.kept': 'Nothing was lost: the previous result is still below.',
  'live.cutShort': 'It ended early; the best epoch until then was kept.',
  'live.accuracyNow': 'Validation accuracy {share}',
  'live.trained': 'Parameters that learn',
  'live.split': 'Train / validation / test',
  'live.speed': 'Texts per second',
  'live.left': 'Time left',
  'live.loss': 'Loss now',
  'live.best': 'Best epoch',
  'live.bestValue': '{epoch} ({share})',
  'live.bestEpoch': '{epoch} (best)',
  'live.epoch': 'Epoch',
  'live.table': 'The curves as a table',

  'chart.loss': 'Loss',
  'chart.lossLabel':
    'Curve of the training and validation loss. The table below has the same numbers.',
  'chart.accuracy': 'Validation accuracy',
  'chart.accuracyLabel': 'Curve of the validation accuracy. The table below has the same numbers.',
  'chart.train': 'training loss',
  'chart.valid': 'validation loss',
  'chart.validAccuracy': 'validation accuracy',
  'chart.best': 'best epoch',
  'chart.noValidation':
    'No texts were set aside for validation: the curve shows the loss on the training texts, and ' +
    'the model of the last epoch is kept.',
  'chart.atEpoch': 'epoch {epoch}',

  'evaluate.nav': 'Evaluate',
  'evaluate.title': 'Evaluation',
  'evaluate.about': 'How the model does on texts that it has not seen while learning.',
  'evaluate.waiting': 'The numbers and the confusion matrix appear here after a training.',
  'evaluate.noTest':
    'There were no texts to test on. Set a share aside for the test, or add a test file, and ' +
    'train again.',
  'evaluate.fromSplit': {
    one: '{model}, trained on {name}, tested on {count} row of it that was set aside.',
    other: '{model}, trained on {name}, tested on {count} rows of it that were set aside.',
  },
  'evaluate.fromTestFile': '{model}, trained on {name}, tested on {test}.',
  'evaluate.how':
    'What learned: {strategy}. Read: {readout}. Beside the GPT: {ngrams}. Epochs: at most ' +
    '{epochs}; learning rate {lr}, batch {batch}, seed {seed}.',
  'evaluate.howAtOnce':
    'What learned: {strategy}, fitted to all texts at once. Read: {readout}. Beside the GPT: ' +
    '{ngrams}. Epochs: at most {epochs}; seed {seed}.',
  'evaluate.small': {
    one: 'With only {count} test text these numbers say next to nothing.',
    other:
      'With only {count} test texts these numbers are rough: another draw of the test could ' +
      'give quite different ones.',
  },
  'evaluate.size': { one: 'Measured on {count} text.', other: 'Measured on {count} texts.' },
  'evaluate.mixUps': 'Most frequent mistakes (true → predicted): {pairs}.',
  'evaluate.mixUp': '“{actual}” → “{predicted}” ({count})',
  'evaluate.noMistakes': 'No mistake on the test texts.',

  'metric.accuracy': 'Accuracy',
  'metric.interval': 'on new texts probably between {low} and {high}',
  'metric.macro_f1': 'Macro-F1',
  'metric.macro_f1.about': 'every class counts the same',
  'metric.weighted_f1': 'Weighted F1',
  'metric.weighted_f1.about': 'classes count by their size',
  'metric.log_loss': 'Log-loss',
  'metric.log_loss.about': 'punishes confident mistakes; 0 is perfect',
  'metric.ece': 'Calibration error (ECE)',
  'metric.ece.about': 'how far stated confidence is from being right',

  'baseline.model': 'This model',
  'baseline.majority': 'Always the commonest class',
  'baseline.better': 'The model is clearly better than always answering “{label}”.',
  'baseline.maybe':
    'The model is a little better than always answering “{label}”, but it may be luck.',
  'baseline.worse':
    'The model is no better than always answering “{label}”. More texts or more epochs may help.',

  'parts.title': 'What each part gets right',
  'parts.part': 'Part',
  'parts.network': 'The GPT alone',
  'parts.ngrams': 'Word counts alone',
  'parts.both': 'Both together',
  'parts.about':
    'Word counts alone (TF-IDF with logistic regression) are the usual yardstick for text ' +
    'classifiers.',
  'parts.more': {
    one: 'With the GPT beside them, {count} more test text is right.',
    other: 'With the GPT beside them, {count} more test texts are right.',
  },
  'parts.same': 'The GPT adds nothing to them here: as many test texts are right without it.',
  'parts.fewer': {
    one: 'Here they do better without the GPT: {count} more test text is right.',
    other: 'Here they do better without the GPT: {count} more test texts are right.',
  },
  'parts.luck': 'So small a difference may be luck.',

  'class.title': 'Class by class',
  'class.class': 'Class',
  'class.precision': 'Precision',
  'class.recall': 'Recall',
  'class.f1': 'F1',
  'class.support': 'Texts',
  'class.help': 'How to read this',
  'class.helpText':
    'Precision: of the texts given this class, the share that belongs to it. Recall: of the ' +
    'texts of this class, the share that was found. F1 is high only when both are.',

  'matrix.title': 'Confusion matrix',
  'matrix.role': 'confusion matrix',
  'matrix.label': 'Confusion matrix: true classes in rows, predicted classes in columns',
  'matrix.hint': 'Choose a cell (click, or arrow keys and Enter) to read its texts.',
  'matrix.views': 'What the cells show',
  'matrix.count': 'Counts',
  'matrix.count.help': 'The number of texts',
  'matrix.row': '% of row',
  'matrix.row.help': 'Of the texts of a true class, the share given each class',
  'matrix.column': '% of column',
  'matrix.column.help': 'Of the texts given a class, the share that each true class has',
  'matrix.actual': 'true class',
  'matrix.predicted': 'predicted class',
  'matrix.corner': 'true ↓ predicted →',
  'matrix.cell': {
    one: 'true {actual}, predicted {predicted}: {count} text',
    other: 'true {actual}, predicted {predicted}: {count} texts',
  },
  'matrix.table': 'The matrix as a table',

  'cell.title': {
    one: '{count} text of “{actual}” predicted as “{predicted}”',
    other: '{count} texts of “{actual}” predicted as “{predicted}”',
  },
  'cell.row': 'row {row}',
  'cell.previous': 'Previous',
  'cell.next': 'Next',
  'cell.range': '{from} to {to} of {total}',

  'download.title': 'Take it with you',
  'download.preparing': 'Preparing the file…',
  'download.model': 'The model (zip)',
  'download.model.help': 'Opens again here, in the command line and in other tools',
  'download.delta': 'Delta (safetensors)',
  'download.delta.help': 'Only what trained ({size}); needs the same base',
  'download.report': 'Report (JSON)',
  'download.report.help': 'Every number, option and curve',
  'download.predictions': 'Predictions (CSV)',
  'download.predictions.help': 'Each test text with its probabilities',
  'download.picture': 'PNG',
  'download.picture.help': 'Save this chart as a picture',

  'classify.nav': 'Classify',
  'classify.title': 'Classify',
  'classify.about': 'Put the model to work on new texts.',
  'classify.waiting': 'After a training, type any text here and watch the model decide.',
  'classify.text': 'Text',
  'classify.placeholder': 'Type or paste a text…',
  'classify.many': 'Several texts, one per line',
  'classify.empty': 'The probability of each class appears here while you type.',
  'classify.probabilities': 'Probability of each class',
  'classify.spoken': '{label}, {share}',
  'classify.answers': 'The class of each text',
  'classify.answer': 'Class',
  'classify.probability': 'Probability',
  'classify.onlyFirst': 'Only the first {count} lines were classified. For more, use a CSV.',
  'classify.fileTitle': 'A whole table',
  'classify.fileHint':
    'Choose a CSV with a column of texts. You get the same table back, with the predicted class' +
    ' and the probabilities added.',
  'classify.file': 'Choose a CSV to classify',
  'classify.fileProgress': 'Texts classified',
  'classify.fileRunning': 'Classifying {name}…',
  'classify.fileDone': 'Done: {name} was downloaded.',

  'workshop.failed': 'This tool could not be loaded: {detail}',
  ...analysis,
  ...compare,
  ...edits,
  ...failures,
  ...queue,

  'saved.title': 'Kept in this browser',
  'saved.about': {
    one: 'A classifier of {count} class, trained on {name} ({when}).',
    other: 'A classifier of {count} classes, trained on {name} ({when}).',
  },
  'saved.open': 'Use it',
  'saved.forget': 'Delete it',
  'saved.kept': 'The model is also kept in this browser: closing the page does not lose it.',
  'footer.words':
    'Afina is free software: a GPT written in C that runs on your computer, in this page and on' +
    ' the command line, with the same result to the last bit.',
  'footer.bench': 'How fast is this browser? Measure it',
  ...recipe,
};
