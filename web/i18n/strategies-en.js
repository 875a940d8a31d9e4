// Which part of the model learns, in English.

export default {
  'strategy.more': 'Other ways: LoRA, prefix, prompt',
  'strategy.lora': 'LoRA, rank:',
  'strategy.lora.help':
    'Learns small additions to the GPT’s matrices and adds them in at the end. Few numbers to ' +
    'learn, with almost the freedom of the whole model.',
  'strategy.prefix': 'Prefix, vectors:',
  'strategy.prefix.help':
    'The GPT stays as it is; in every block, each text also looks at a few learned vectors.',
  'strategy.prompt': 'Prompt, vectors:',
  'strategy.prompt.help':
    'The GPT stays as it is; a few learned vectors come before each text, like words that nobody ' +
    'wrote. Very long texts lose that many tokens.',
  'train.rank': 'Rank: how many numbers each row and column of a matrix gets',
  'train.vectors': 'How many vectors',
  'option.lora_targets': 'Where LoRA learns',
  'option.lora_targets.help':
    'In which matrices of a block: those of attention, those of the MLP behind it, or both.',
  'lora.all': 'Attention and MLP',
  'lora.attn': 'Attention only',
  'lora.mlp': 'MLP only',
  'option.lora_alpha': 'LoRA’s weight (alpha)',
  'option.lora_alpha.help':
    'What it learns counts alpha divided by the rank times. Automatic: twice the rank, so it ' +
    'counts double.',
  'option.lora_blocks': 'Blocks with LoRA',
  'option.lora_blocks.help': 'How many, from the top. 0: all of them.',
};
