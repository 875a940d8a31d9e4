// How the training treats blocks, classes and labels, in English.

export default {
  'strategy.gradual': 'Gradually, from the top',
  'strategy.gradual.help':
    'First the classification layer, then one block more at a time, each lower one with smaller ' +
    'steps. The word table stays as it is.',
  'option.gradual_epochs': 'Epochs until the next block',
  'option.gradual_epochs.help': 'Gradual only: how long each stage lasts; the last takes the rest.',
  'option.layer_decay': 'Steps of lower blocks',
  'option.layer_decay.help':
    'Each block’s learning rate as a part of that above it. 1: all the same; 0.38: as ULMFiT does.',
  'option.class_weights': 'Weights of the classes',
  'option.class_weights.help':
    'For classes of very different size. Balanced: the texts of small classes count more.',
  'weights.none': 'All texts count the same',
  'weights.balanced': 'Balanced',
  'option.sampling': 'Texts of an epoch',
  'option.sampling.help':
    'The other way to help small classes: draw as many texts of each class, some of them twice. ' +
    'Only one of the two at a time.',
  'sampling.shuffle': 'Each text once',
  'sampling.balanced': 'Each class as often',
  'option.label_smoothing': 'Label smoothing (%)',
  'option.label_smoothing.help':
    'This part of each label is spread over all classes: the model gets less sure of itself.',
  'option.dropout': 'Dropout (%)',
  'option.dropout.help':
    'This part of the values falls out at random while what learns is trained, so that it does ' +
    'not rely on few of them.',
  'option.optimizer': 'How the classification layer is fitted',
  'option.optimizer.help':
    'At once: the one best place for all texts, with nothing to choose. In steps: batch by ' +
    'batch, at the learning rate; chosen by itself where you set that rate or the batch.',
  'optimizer.adamw': 'In steps (AdamW)',
  'optimizer.lbfgs': 'At once (L-BFGS)',
  'option.ridge': 'Restraint',
  'option.ridge.help': 'Fitted at once only: how strongly large weights are held back (ridge).',
  'chart.openings': 'Dashed lines: from there on one block more learned, counted from below.',
  'chart.opening': 'block {block}',
  'live.learned': 'Learned from',
  'live.headOnly': 'classification layer',
};
