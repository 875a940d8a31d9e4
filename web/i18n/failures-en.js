// What went wrong, in English.

export default {
  'failure.AFINA_E_ARGUMENT': 'One of the options has a value that does not work.',
  'failure.AFINA_E_MEMORY':
    'There is not enough memory for this. A smaller batch or fewer rows may fit.',
  'failure.AFINA_E_FORMAT': 'This file is damaged, or is not of the expected kind.',
  'failure.AFINA_E_UNSUPPORTED': 'This file is in order, but of a kind that Afina cannot use.',
  'failure.AFINA_E_LIMIT': 'This is larger than Afina can handle.',
  'failure.AFINA_E_DATA': 'A classifier cannot be trained on these columns as they are.',
  'failure.AFINA_E_STATE': 'This cannot be done at this moment.',
  'failure.AFINA_E_DIVERGED':
    'The training ran out of control. A smaller learning rate usually cures it.',
  'failure.CSV_EMPTY': 'This file has no rows.',
  'failure.CSV_BROKEN': 'A quotation mark that opens in row {row} never closes.',
  'failure.CSV_ONE_COLUMN':
    'Only one column was found. A table needs at least two: the text and its class.',
  'failure.CSV_TOO_LARGE': 'This file is too large to be read in the browser.',
  'failure.CSV_SPREADSHEET':
    'This is a spreadsheet file. Open it in the spreadsheet program and save it as CSV.',
  'failure.CSV_NOT_TEXT': 'This file does not hold text.',
  'failure.COLUMN_MISSING': 'The test file has no column “{column}”.',
  'failure.MODEL_FILES': 'This is not a whole model: {file} is missing.',
  'failure.DELTA_BASE':
    'This delta was made from another model. Choose or open that model first, then open the ' +
    'delta again.',
  'failure.FILE_UNREADABLE':
    'The browser could not read this file. It may have been moved or changed; choose it again.',
  'failure.NETWORK': 'A file of this page could not be loaded. Is the connection working?',
  'failure.CRASH': 'The engine stopped unexpectedly and was started again.',
  'failure.UNKNOWN': 'Something went wrong.',
};
