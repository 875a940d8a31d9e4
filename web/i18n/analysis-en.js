// Looking again at data and probabilities, and which words did it, in English; spread into en.js.

export default {
  'explain.title': 'Which words did it',
  'explain.for': 'For the class',
  'explain.predicted': 'that it was given',
  'explain.method': 'How it is measured',
  'explain.gradient': 'gradient (at once)',
  'explain.leave': 'leaving the word out (exact)',
  'explain.of': 'For “{label}”.',
  'explain.progress': '{done} of {total} words left out so far.',
  'explain.truncated': 'The network reads only the beginning of so long a text.',
  'explain.asTable': 'As a table',
  'explain.table': 'What each word did',
  'explain.word': 'Word',
  'explain.network': 'Network (gradient)',
  'explain.ngrams': 'N-grams',
  'explain.left': 'Without it',
  'explain.help':
    'A full line: the word speaks for the class. A broken line: against it. The thicker, the ' +
    'more. Gradient: how the answer would begin to change with the word. Leaving it out: the ' +
    'text without the word, classified again. Numbers are logits.',

  'audit.title': 'Look at the data again',
  'audit.about':
    'Labels that the model doubts, texts that stand twice, and texts that are in the test too.',
  'audit.how':
    'Five classifiers are trained, each without a fifth of the rows, which it then judges: so ' +
    'every row is judged by one that has not seen it. Where it is sure of another class, look.',
  'audit.start': 'Look for problems',
  'audit.stop': 'Stop',
  'audit.waiting': 'Open a table in step 1 first. During a training, wait for its end.',
  'audit.running': 'Judging the rows…',
  'audit.progress': 'Rows judged',
  'audit.done': 'Done.',
  'audit.stopped': 'Stopped.',
  'audit.labels': 'Labels to look at again',
  'audit.likely': {
    one: 'In {count} of {of} rows the model is sure of another class.',
    other: 'In {count} of {of} rows the model is sure of another class.',
  },
  'audit.doDoubt':
    'Some of these labels are wrong, others only puzzle the model, and the fewer rows it has ' +
    'learned from, the more. The most suspicious first: read, then decide.',
  'audit.isLikely': 'Sure of another class',
  'audit.row.train': 'Row {row}',
  'audit.row.test': 'Row {row} of the test file',
  'audit.says': 'Labeled {label} ({p}); the model says {suggested} ({q}).',
  'audit.more': { one: 'Show {count} more', other: 'Show more ({count})' },
  'audit.duplicates': 'Texts that are nearly the same',
  'audit.groups': {
    one: '{count} group, {rows} rows.',
    other: '{count} groups, {rows} rows.',
  },
  'audit.notComplete': 'There are so many alike that not all could be compared.',
  'audit.move': 'In the test and in the training: leave out one side, or the test says too much.',
  'audit.relabel': 'Under different labels: one of them is wrong.',
  'audit.remove': 'The same label: one is enough, leave the others out.',
  'audit.equal': 'The same text.',
  'audit.alike': 'Alike by {share}.',
  'audit.rowsMore': { one: 'and {count} more row', other: 'and {count} more rows' },

  'calibration.title': 'How sure is it really?',
  'calibration.about':
    'Whether 90% sure means right nine times in ten, and when the model should say “I don’t know”.',
  'calibration.waiting': 'Train a model with test texts first.',
  'calibration.ece':
    'On average what the model says and how often it is right lie {ece} apart (ECE).',
  'calibration.temperature':
    'The validation texts gave a temperature of {T}, by which all logits are divided: that took ' +
    'the distance from {before} to {after}. The saved model has it built in.',
  'calibration.factors':
    'The factors of network and n-grams, found on the validation texts, contain the temperature ' +
    'already: they took the distance from {before} to {after}. The saved model has them built in.',
  'calibration.none':
    'There were no validation texts to correct the probabilities by: they are as trained.',
  'calibration.diagram': 'How often answers are right, by how sure the model was',
  'calibration.reading':
    'From left to right: how sure the model was. The bar: how often it was right then. A dot: ' +
    'what it said. Bars below the dots: too sure of itself. Pale bars: few texts.',
  'calibration.asTable': 'As a table',
  'calibration.confidence': 'How sure',
  'calibration.right': 'Right',
  'calibration.count': 'Texts',
  'calibration.threshold': 'Answer only when sure',
  'calibration.thresholdHelp':
    'Below this probability step 4 says “I don’t know”. Measured on the test texts.',
  'calibration.from': 'Answers from',
  'calibration.answers': 'From {threshold}: {share} of texts get an answer, {accuracy} are right.',
  'calibration.nobody': 'From {threshold}: no text gets an answer.',
  'calibration.recommend': '{accuracy} right (answers {share})',
  'calibration.never': '{accuracy} right: never reached',
  'calibration.always': 'Always answer',
  'calibration.dontKnow': 'I don’t know',
  'calibration.unsure': 'I don’t know: no class reaches {threshold}.',
};
