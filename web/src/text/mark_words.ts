// Finds the words of a query inside a text, so that a hit can be shown where it is.

export interface TextPart {
  text: string;
  hit: boolean;
}

/** Splits a text into parts that match a word of the query and parts that do not. */
export function markWords(text: string, words: readonly string[]): TextPart[] {
  const lower = text.toLowerCase();
  if (words.length === 0 || lower.length !== text.length) return [{ text, hit: false }];
  const hit = new Uint8Array(text.length);
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) hit.fill(1, at, at + word.length);
  }
  const parts: TextPart[] = [];
  for (let from = 0; from < text.length;) {
    let until = from + 1;
    while (until < text.length && hit[until] === hit[from]) until += 1;
    parts.push({ text: text.slice(from, until), hit: hit[from] === 1 });
    from = until;
  }
  return parts;
}
