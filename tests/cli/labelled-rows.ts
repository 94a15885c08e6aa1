/** A table to train on, half of it abusive by its words. */
export const rows = (count: number, from = 0): string =>
  `text,label,id\n${Array.from({ length: count }, (_, i) => {
    const bad = i % 2;
    return `"number ${from + i} is ${bad ? 'a stupid clown and a worm' : 'a lovely day at the harbour'}",${bad ? 'abusive' : 'fine'},r${from + i}`;
  }).join('\n')}\n`;
