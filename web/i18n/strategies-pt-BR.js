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
};
