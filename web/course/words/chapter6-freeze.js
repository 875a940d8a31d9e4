// The words of freezing and unfreezing.

const ID = '6-03-freeze-vs-unfreeze';

export const words = {
  en: {
    [`${ID}.title`]: 'Freezing and unfreezing',
    [`${ID}.about`]:
      'A frozen block keeps its weights. The fewer blocks train, the fewer weights change, the ' +
      'less is computed and the less memory it takes.',
    [`${ID}.task`]: 'Click a block of the stack, then let gradual unfreezing run to its end.',
    [`${ID}.gradual`]: 'Run gradual unfreezing',
    [`${ID}.stop`]: 'Stop',
    [`${ID}.stack`]: 'The model: click a block',
    [`${ID}.part.embeddings`]: 'Embeddings',
    [`${ID}.part.block`]: 'Block {layer}',
    [`${ID}.part.final_norm`]: 'Final normalisation',
    [`${ID}.part.head`]: 'Head',
    [`${ID}.trains`]: '{parameters} weights train',
    [`${ID}.frozen`]: '{parameters} weights frozen',
    [`${ID}.freeze`]: '{label}: freeze it and what lies below',
    [`${ID}.open`]: '{label}: let it train, with what lies above',
    [`${ID}.text`]: 'a text of {length} tokens',
    [`${ID}.costs`]: 'What this choice costs',
    [`${ID}.trained`]: 'Weights that train',
    [`${ID}.forward`]: 'Operations forward',
    [`${ID}.backward`]: 'Operations backward',
    [`${ID}.once`]: 'Frozen, only once',
    [`${ID}.memory`]: 'Memory: {total}',
    [`${ID}.memory.weights`]: 'weights',
    [`${ID}.memory.gradients`]: 'gradients',
    [`${ID}.memory.moments`]: 'AdamW’s moments',
    [`${ID}.memory.activations`]: 'activations',
    [`${ID}.memory.cache`]: 'kept of frozen blocks',
    [`${ID}.memory.texts`]: 'texts',
    [`${ID}.measuring`]: 'Measuring on this machine: a few real updates…',
    [`${ID}.seconds`]: 'Expected here: {seconds} s of training',
    [`${ID}.measured`]:
      'Measured just now on {texts} of these rows ({updates} updates): frozen blocks take {once} ' +
      'ms a text, training {each} ms. That times {usable} rows once, and {train} rows in each ' +
      'of {epochs} epochs.',
    [`${ID}.gradualTitle`]: 'Gradual unfreezing, as it runs',
    [`${ID}.loss`]: 'training loss',
    [`${ID}.epochs`]: 'epochs',
    [`${ID}.opened`]: 'Epoch {epoch}: block {layer} opens, loss {loss}',
    [`${ID}.tested`]: '{accuracy} right on {rows} rows that it has not seen',
    [`${ID}.says.head`]:
      'Only the head trains: {trained} weights, {share} of all. The blocks below run once for ' +
      'each text, and what they leave is kept.',
    [`${ID}.says.last`]:
      '{open} of {layers} blocks train, and the head: {trained} weights, {share} of all. Each of ' +
      'them needs a gradient and two moments: {memory} in all. Below, nothing goes backward.',
    [`${ID}.says.full`]:
      'Everything trains, down to the embeddings: {trained} weights, {share}. Nothing can be ' +
      'kept from one epoch to the next, and memory is at its most: {memory}.',
    [`${ID}.says.gradual`]:
      'First the head alone, then a block more every two epochs, from the top: what is nearest ' +
      'to the labels changes first, what knows most of the language last.',
  },
  'pt-BR': {
    [`${ID}.title`]: 'Congelar e descongelar',
    [`${ID}.about`]:
      'Um bloco congelado mantém os seus pesos. Quanto menos blocos treinam, menos pesos mudam, ' +
      'menos se calcula e menos memória se usa.',
    [`${ID}.task`]:
      'Clique em um bloco da pilha e depois deixe o descongelamento gradual ir até o fim.',
    [`${ID}.gradual`]: 'Rodar o descongelamento gradual',
    [`${ID}.stop`]: 'Parar',
    [`${ID}.stack`]: 'O modelo: clique em um bloco',
    [`${ID}.part.embeddings`]: 'Embeddings',
    [`${ID}.part.block`]: 'Bloco {layer}',
    [`${ID}.part.final_norm`]: 'Normalização final',
    [`${ID}.part.head`]: 'Cabeça',
    [`${ID}.trains`]: '{parameters} pesos treinam',
    [`${ID}.frozen`]: '{parameters} pesos congelados',
    [`${ID}.freeze`]: '{label}: congelar, com o que está abaixo',
    [`${ID}.open`]: '{label}: deixar treinar, com o que está acima',
    [`${ID}.text`]: 'um texto de {length} tokens',
    [`${ID}.costs`]: 'Quanto custa esta escolha',
    [`${ID}.trained`]: 'Pesos que treinam',
    [`${ID}.forward`]: 'Operações na ida',
    [`${ID}.backward`]: 'Operações na volta',
    [`${ID}.once`]: 'Congelado, uma vez só',
    [`${ID}.memory`]: 'Memória: {total}',
    [`${ID}.memory.weights`]: 'pesos',
    [`${ID}.memory.gradients`]: 'gradientes',
    [`${ID}.memory.moments`]: 'momentos do AdamW',
    [`${ID}.memory.activations`]: 'ativações',
    [`${ID}.memory.cache`]: 'guardado dos congelados',
    [`${ID}.memory.texts`]: 'textos',
    [`${ID}.measuring`]: 'Medindo nesta máquina: algumas atualizações de verdade…',
    [`${ID}.seconds`]: 'Esperado aqui: {seconds} s de treino',
    [`${ID}.measured`]:
      'Medido agora em {texts} destas linhas ({updates} atualizações): os blocos congelados ' +
      'levam {once} ms por texto; o treino, {each} ms. Isso vezes {usable} linhas, uma vez, e ' +
      '{train} linhas em cada uma das {epochs} épocas.',
    [`${ID}.gradualTitle`]: 'Descongelamento gradual, ao vivo',
    [`${ID}.loss`]: 'perda no treino',
    [`${ID}.epochs`]: 'épocas',
    [`${ID}.opened`]: 'Época {epoch}: o bloco {layer} abre, perda {loss}',
    [`${ID}.tested`]: '{accuracy} de acertos em {rows} linhas que ele não viu',
    [`${ID}.says.head`]:
      'Só a cabeça treina: {trained} pesos, {share} do total. Os blocos abaixo rodam uma vez ' +
      'para cada texto, e o que eles deixam fica guardado.',
    [`${ID}.says.last`]:
      '{open} de {layers} blocos treinam, e a cabeça: {trained} pesos, {share} do total. Cada um ' +
      'precisa de um gradiente e de dois momentos: {memory} ao todo. Abaixo deles nada volta.',
    [`${ID}.says.full`]:
      'Tudo treina, até os embeddings: {trained} pesos, {share}. Nada pode ser guardado de uma ' +
      'época para a outra, e a memória chega ao máximo: {memory}.',
    [`${ID}.says.gradual`]:
      'Primeiro só a cabeça, depois mais um bloco a cada duas épocas, de cima para baixo: o que ' +
      'está mais perto dos rótulos muda primeiro; o que mais sabe da língua, por último.',
  },
};
