// Words of the comparison and the learning curve, in English. Same keys as compare-pt-BR.js.

export default {
  'strategies.head': 'The head only',
  'strategies.last': {
    one: 'The top {count} block',
    other: 'The top {count} blocks',
  },
  'strategies.gradual': 'Gradually, from the top',
  'strategies.full': 'The whole model',
  'strategies.lora': 'LoRA of rank {count}',
  'strategies.prefix': {
    one: 'Prefix of {count} vector',
    other: 'Prefix of {count} vectors',
  },
  'strategies.prompt': {
    one: 'Prompt of {count} vector',
    other: 'Prompt of {count} vectors',
  },

  'compare.title': 'Compare strategies',
  'compare.about':
    'What does each way to train cost, and what does it give, on your own texts? Several runs ' +
    'of each, tested on the same rows.',
  'compare.strategies': 'Strategies',
  'compare.seeds': 'Runs of each',
  'compare.seedsHelp':
    'Each run draws other first weights and another order of the texts. The rows for testing ' +
    'stay the same.',
  'compare.beside':
    'Each strategy trains with its own usual options. Beside them always stand what they must ' +
    'be better than: the n-grams alone, the most frequent class, and the first strategy from ' +
    'random weights, which shows what pretraining brought.',
  'compare.start': 'Compare',
  'compare.stop': 'Stop and keep what is done',
  'compare.waitData': 'First choose the data and the columns in step 1.',
  'compare.waitTraining': 'Wait until the training in step 2 has ended.',
  'compare.progress': 'Progress of the comparison',
  'compare.begins': 'Getting the texts ready',
  'compare.at': '{at} of {of}: {name}, run {run} of {runs}',
  'compare.epoch': 'epoch {epoch} of {epochs}',
  'compare.done': 'Done.',
  'compare.stopping': 'Stopping…',
  'compare.stopped': 'Stopped. What was done before stays below.',
  'compare.failed': 'Ended by an error. What was done before stays below.',
  'compare.table': 'Strategies and what they must be better than',
  'compare.by.name': 'Strategy',
  'compare.by.accuracy': 'Accuracy',
  'compare.by.macro_f1': 'Macro-F1',
  'compare.by.seconds': 'Seconds',
  'compare.by.trained': 'Trained parameters',
  'compare.by.saved': 'To save',
  'compare.by.forgets': 'Perplexity after',
  'compare.interval': '{low} to {high}',
  'compare.tested': {
    one:
      'Tested on {count} text. ± is the spread between runs; below it, where the value would ' +
      'lie on other test texts of the same kind, 95% sure.',
    other:
      'Tested on {count} texts. ± is the spread between runs; below it, where the value would ' +
      'lie on other test texts of the same kind, 95% sure.',
  },
  'compare.before':
    'Perplexity says how well the model still predicts everyday sentences: {perplexity} before ' +
    'training; higher means that it has forgotten.',
  'compare.ngrams': 'N-grams alone',
  'compare.majority': 'The most frequent class',
  'compare.random': '{name}, from random weights',
  'compare.failedRun': 'Run with seed {seed} failed:',
  'compare.quality': 'Quality against time',
  'compare.qualityLabel': 'Accuracy of each strategy against its seconds; the table has them too',
  'compare.secondsAxis': 'Time of a run',
  'compare.choose':
    'Tick lines of the table to see their curves over each other. With two of them, a test says ' +
    'whether the difference may be luck.',
  'compare.pair': {
    one:
      '{a} and {b}: only one of them is right about {count} text, the first about {first}, the ' +
      'second about {second}.',
    other:
      '{a} and {b}: only one of them is right about {count} texts, the first about {first}, the ' +
      'second about {second}.',
  },
  'compare.pairSame': '{a} and {b} are right about the same texts.',
  'compare.p': 'McNemar’s test: p = {p}.',
  'compare.pTiny': 'McNemar’s test: p < 0.001.',
  'compare.differ': 'That is hardly luck.',
  'compare.mayBeLuck': 'That may well be luck.',
  'compare.validCurves': 'Validation accuracy, epoch by epoch',
  'compare.trainCurves': 'Training loss, epoch by epoch',
  'compare.curvesLabel': 'Curves of the chosen strategies, one over the other',
  'compare.matrixOf': '{name}, first run',
  'matrix.closed': 'Choose a cell (click, or arrow keys) to hear its number.',

  'curve.title': 'Would more labels help?',
  'curve.about':
    'The learning curve trains one strategy with {first} labels of each class, then twice as ' +
    'many, and so on up to all; always tested on the same rows.',
  'curve.start': 'Draw the curve',
  'curve.label': 'Accuracy against the number of labeled rows; the table has the numbers',
  'curve.rows': 'Labeled rows',
  'curve.labels': 'Labels of each class',
  'curve.all': 'all',
  'curve.atRows': {
    one: '{count} labeled row',
    other: '{count} labeled rows',
  },
  'curve.gain':
    'From {from} to {to} labeled rows the accuracy changed by {gain} points (95% sure: between ' +
    '{low} and {high}).',
  'curve.helps': 'More labels would probably help.',
  'curve.unclear':
    'With these test texts one cannot tell whether more labels would help: label more texts for ' +
    'testing, or try more runs.',
  'curve.little': 'Twice as many labels would probably bring little.',
};
