/** Runes everywhere; styles go to a file, because the policy of the window knows no inline ones. */
export default { compilerOptions: { runes: true, css: 'external' } };
