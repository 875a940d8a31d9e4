// Qual parte do modelo aprende, em português.

export default {
  'strategy.more': 'Outros jeitos: LoRA, prefixo, prompt',
  'strategy.lora': 'LoRA, posto:',
  'strategy.lora.help':
    'Aprende pequenos acréscimos às matrizes do GPT e, no fim, soma-os a elas. São poucos ' +
    'números a aprender, com quase a liberdade do modelo inteiro.',
  'strategy.prefix': 'Prefixo, vetores:',
  'strategy.prefix.help':
    'O GPT fica como está; em cada bloco, o texto também olha para alguns vetores aprendidos.',
  'strategy.prompt': 'Prompt, vetores:',
  'strategy.prompt.help':
    'O GPT fica como está; alguns vetores aprendidos vêm antes de cada texto, como palavras que ' +
    'ninguém escreveu. Textos muito longos perdem esse tanto de tokens.',
  'train.rank': 'Posto: quantos números cada linha e cada coluna de uma matriz recebe',
  'train.vectors': 'Quantos vetores',
  'option.lora_targets': 'Onde o LoRA aprende',
  'option.lora_targets.help':
    'Em quais matrizes de um bloco: as da atenção, as da MLP que vem depois, ou ambas.',
  'lora.all': 'Atenção e MLP',
  'lora.attn': 'Só a atenção',
  'lora.mlp': 'Só a MLP',
  'option.lora_alpha': 'Peso do LoRA (alfa)',
  'option.lora_alpha.help':
    'O que ele aprende conta alfa dividido pelo posto. Automático: o dobro do posto, ou seja, ' +
    'conta em dobro.',
  'option.lora_blocks': 'Blocos com LoRA',
  'option.lora_blocks.help': 'Quantos, a partir do topo. 0: todos.',
};
