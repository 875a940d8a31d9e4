// The training options and what they take of memory, in English.

export default {
  'option.strategy': 'How much of the model learns',
  'strategy.head': 'Only the classification layer',
  'strategy.head.help': 'The fastest: the GPT stays as it is and only a layer on top learns.',
  'strategy.last': 'The last blocks:',
  'strategy.last.help': 'A middle way: the first blocks stay as they are, the last ones adapt.',
  'strategy.full': 'The whole model',
  'strategy.full.help':
    'The slowest. Worth a try without word counts; beside them it rarely gains.',
  'option.readout': 'Where the answer is read',
  'option.readout.help':
    'Which of the model’s vectors stands for the whole text. “Words and context” also reads the ' +
    'words by themselves, which can help where labels are few.',
  'readout.last': 'At the last token',
  'readout.mean': 'Mean of all tokens',
  'readout.special': 'At a special end token',
  'readout.words': 'Words and context',
  'option.ngrams': 'Beside the GPT',
  'option.ngrams.help':
    'The words and pieces of words of a text also say something about its class, often a lot. ' +
    'This is learned quickly, apart from the GPT, and added to its answer.',
  'ngrams.true': 'Word counts',
  'ngrams.false': 'Nothing',
  'option.epochs': 'Epochs',
  'option.epochs.help': 'How many times the model goes through all the training texts, at most.',
  'option.lr': 'Learning rate',
  'option.lr.help': 'The size of each step. Too large and it stumbles, too small and it crawls.',
  'option.batch': 'Batch',
  'option.batch.help': 'How many texts are looked at before each step.',
  'option.valid_share': 'For validation (%)',
  'option.valid_share.help':
    'Texts that choose the best epoch; the model does not learn from them.',
  'option.test_share': 'For the test (%)',
  'option.test_share.help': 'Texts kept aside until the end. Not used when there is a test file.',
  'option.seed': 'Seed',
  'option.seed.help': 'Same data, options and seed: exactly the same result.',
  'option.cache_mb': 'Memory for kept results (MB)',
  'option.cache_mb.help':
    'What the blocks that do not learn give for each text is kept, so that it is computed once. ' +
    'Beyond this limit it is rounded to half the size; beyond that, nothing is kept.',
  'memory.parts':
    'Takes about {total} MB of memory: weights {weights}, learning {learning}, one batch ' +
    '{activations}, n-grams {ngrams}.',
  'memory.f32': 'Of this, {size} MB keep what is computed once for each text.',
  'memory.f16':
    'Of this, {size} MB keep what is computed once for each text, rounded to half the size (F16).',
  'memory.tooMuch': 'This training takes {total} MB of memory; this page can have {available} MB.',
  'memory.last': 'With the last block only, it takes {size} MB.',
  'memory.head': 'With the classification layer only, it takes {size} MB.',
  'memory.smaller': 'Fewer or shorter texts, or a smaller model, would fit.',
};
