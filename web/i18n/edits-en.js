// Correcting labels, in English; spread into en.js.

export default {
  'edits.title': 'Your corrections',
  'edits.count': { one: '{count} corrected row', other: '{count} corrected rows' },
  'edits.undo': 'Undo',
  'edits.redo': 'Redo',
  'edits.clear': 'Back to the file’s own labels',
  'edits.retrain': 'Train again with them',
  'edits.retrain.help':
    'With the same options. Every row stays where the file’s own labels put it, to train or to ' +
    'test, so that the numbers can be compared; a row that had no label trains, and so does the ' +
    'first one of a new class.',
  'edits.retraining': 'Training again: {percent}%',
  'edits.list': 'Which rows',
  'edits.row': 'Row',
  'edits.was': 'Label in the file',
  'edits.now': 'Label now',
  'edits.takeBackRow': 'Take back the correction of row {row}',
  'edits.more': { one: 'and {count} more', other: 'and {count} more' },
  'edits.leftOut': 'left out',
  'edits.noLabel': 'none',
  'edits.download': 'Download the corrected CSV',
  'edits.downloadOf': 'Download {name}, corrected',
  'edits.mark': 'With a column that says which rows changed',
  'edits.downloadHelp':
    'Your own file: only the corrected labels are different, and rows that you left out are gone.',
  'edits.suffix': 'corrected',
  'edits.label': 'Label of row {row}',
  'edits.labelShort': 'Label',
  'edits.other': 'Another label…',
  'edits.newLabel': 'New label for row {row}',
  'edits.use': 'Use it',
  'edits.cancel': 'Cancel',
  'edits.itIs': 'It is “{label}”',
  'edits.leaveOut': 'Leave this row out',
  'edits.putBack': 'Put it back',
  'edits.changed': 'Corrected: “{from}” in the file, now “{label}”.',
  'edits.labeled': 'Labeled: none in the file, now “{label}”.',
  'edits.isLeftOut': 'Left out: it neither trains nor tests.',
  'edits.matrixIsOld': 'The matrix shows the corrections after the next training.',

  'work.title': 'Go on where you stopped?',
  'work.about': '{name} is still in this browser, as you left it on {when}.',
  'work.corrections': {
    one: 'With {count} corrected row.',
    other: 'With {count} corrected rows.',
  },
  'work.continue': 'Continue with {name}',
  'work.forget': 'Delete it',
  'work.held': {
    one: 'You corrected {count} row of this very file at an earlier visit.',
    other: 'You corrected {count} rows of this very file at an earlier visit.',
  },
  'work.apply': 'Use the corrections',
  'work.leave': 'Start without them',
  'work.kept':
    'This table and your corrections are kept in this browser, on this computer alone, until you' +
    ' delete them. Nothing is sent anywhere.',
  'work.delete': 'Delete them from this browser',
  'work.notKept':
    'This browser does not keep your corrections: download the corrected CSV before you close ' +
    'the page.',

  'changes.title': 'What the corrections changed',
  'changes.both': {
    one: 'On the {count} text that both trainings tested, by the labels of now:',
    other: 'On the {count} texts that both trainings tested, by the labels of now:',
  },
  'changes.before': 'Before',
  'changes.now': 'Now',
  'changes.moves': '{fixed} became right, {broken} became wrong.',
  'changes.same': 'Not one answer changed between right and wrong.',
  'changes.luck': 'So few may be luck.',
  'changes.measure': {
    one:
      'You corrected the label of {count} of these test texts, so the measure itself changed: by ' +
      'the label of then, the training before had {share}.',
    other:
      'You corrected the labels of {count} of these test texts, so the measure itself changed: ' +
      'by the labels of then, the training before had {share}.',
  },
  'changes.others': {
    one: '{count} test text is in only one of the two trainings and not counted here.',
    other: '{count} test texts are in only one of the two trainings and not counted here.',
  },
  'changes.source': {
    one: 'With {count} corrected row; every row kept its part.',
    other: 'With {count} corrected rows; every row kept its part.',
  },
  'changes.anew': {
    one:
      'With {count} corrected row; the file’s own labels were too few to keep every row in its ' +
      'part, so the test texts are others than before.',
    other:
      'With {count} corrected rows; the file’s own labels were too few to keep every row in its ' +
      'part, so the test texts are others than before.',
  },
};
