/** Words by which groups are named: harmless texts that have one are what a model that learned from hate takes for it. */
const TERMS: Readonly<Record<string, RegExp>> = {
  women: /\b(?:wom[ae]n|girls?|female)\b/i,
  trans: /\b(?:trans(?:gender|sexual)?)\b/i,
  gay: /\b(?:gays?|lesbians?|homosexuals?|queer)\b/i,
  black: /\bblacks?\b/i,
  asian: /\basians?\b/i,
  disabled: /\b(?:disabled|disabilit(?:y|ies))\b/i,
  muslim: /\b(?:muslims?|islam(?:ic)?)\b/i,
  jewish: /\b(?:jews?|jewish)\b/i,
  immigrant: /\b(?:im)?migrants?\b|\brefugees?\b/i,
  white: /\bwhites?\b/i,
  men: /\bm[ae]n\b/i,
  christian: /\bchristians?\b/i,
  straight: /\b(?:straight|heterosexual)\b/i,
};

export const TERM_NAMES: readonly string[] = Object.keys(TERMS);

export const hasTerm = (text: string, term: string): boolean => TERMS[term]?.test(text) === true;
