// Tells of every step of a job while it goes on. The browser itself takes up a broken line where it was.

interface Line {
  addEventListener: (name: string, listen: () => void) => void;
  close: () => void;
}

export function followChanges(address: string, changed: () => void, open: (address: string) => Line = (path) => new EventSource(path)): () => void {
  const line = open(address);
  line.addEventListener('status', changed);
  line.addEventListener('end', () => {
    line.close();
    changed();
  });
  return () => line.close();
}
