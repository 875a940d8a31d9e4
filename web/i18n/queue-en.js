// The queue of texts without a label, in English; spread into en.js.

export default {
  'queue.title': 'Label the texts that help most',
  'queue.about':
    'Rows of your table without a label, one at a time, those first of which the model is unsure.',
  'queue.noTable': 'Open a table first: rows with a text and an empty label wait here.',
  'queue.noColumns': 'Choose the columns of your table first.',
  'queue.loading': 'Looking for rows without a label…',
  'queue.noRows':
    'Every row of this table has a label. Add rows with a text and leave the label empty to be ' +
    'asked about them here.',
  'queue.asking': 'A text to label',
  'queue.keys':
    'Keys: 1 to 9 for a class, s skips, u goes back, r trains; arrows choose a class (left, ' +
    'right), skip (down) or go back (up).',
  'queue.skip': 'Skip',
  'queue.undo': 'Back',
  'queue.choosing': 'Choosing a text…',
  'queue.done': 'All rows have a label now. Download the corrected CSV above, beside your data.',
  'queue.order': 'Ask first about',
  'queue.order.margin': 'texts between two classes (smallest margin)',
  'queue.order.entropy': 'texts between many classes (largest entropy)',
  'queue.order.file': 'texts in the order of the file',
  'queue.every': 'Train again',
  'queue.everyCount': { one: 'after {count} label', other: 'after every {count} labels' },
  'queue.never': 'only when I say so',
  'queue.train': 'Train now',
  'queue.progress': 'Rows labeled',
  'queue.labeled': { one: '{count} labeled,', other: '{count} labeled,' },
  'queue.left': { one: '{count} left.', other: '{count} left.' },
  'queue.noModel':
    'No model has learned from this table yet: the texts are chosen to be unlike each other. ' +
    'Label a few of each class, then train.',
  'queue.reading': 'The model reads them: {done} of {total}.',
  'queue.pool': {
    one: 'The model has read {count} of the {left} that are left.',
    other: 'The model has read {count}, spread over the {left} that are left.',
  },
  'queue.accuracy': {
    one: 'Accuracy so far: {share} on {count} test text (new texts: {low} to {high}).',
    other: 'Accuracy so far: {share} on {count} test texts (new texts: {low} to {high}).',
  },
  'queue.curve': 'Accuracy after each training',
  'queue.table': 'As a table',
  'queue.labels': 'Rows with a label',
  'queue.honest':
    'New labels go to training; the test texts stay the same, so the points can be compared. A ' +
    'small test moves by chance.',
};
