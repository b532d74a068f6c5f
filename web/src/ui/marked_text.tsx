import { markWords } from '../text/mark_words';

export function MarkedText({ text, words }: { text: string; words: readonly string[] }): React.ReactNode {
  if (words.length === 0) return text;
  return markWords(text, words).map((part, at) => part.hit ? <mark key={at}>{part.text}</mark> : part.text);
}
