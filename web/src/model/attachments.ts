// How an attachment is shown and where its bytes are. Paths come from test frameworks, so an address with a scheme is refused: the
// report must never ask the network for anything, nor run what a test called its screenshot. A server's own paths are rooted and signed;
// they mean something only on its own pages.
import type { AttachmentView } from './report';

export const ATTACHMENT_KINDS = ['image', 'video', 'trace', 'other'] as const;

export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

export function attachmentKind(attachment: AttachmentView): AttachmentKind {
  const type = attachment.content_type.toLowerCase();
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('video/')) return 'video';
  if (type === 'application/zip' && /trace/i.test(`${attachment.name} ${attachment.path}`)) return 'trace';
  return 'other';
}

/** An address for src or href, or null when the bytes cannot be reached safely. */
export function attachmentAddress(attachment: AttachmentView): string | null {
  if (attachment.data_uri !== '') return attachment.data_uri.startsWith('data:') ? attachment.data_uri : null;
  const path = attachment.path.replaceAll('\\', '/');
  if (path === '' || path.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(path)) return null;
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The same in a report that a server has sent: its path is an address of that server already. */
export function servedAddress(attachment: AttachmentView): string | null {
  if (attachment.data_uri !== '') return attachmentAddress(attachment);
  return /^\/(?:blobs|api)\/[^\\]*$/.test(attachment.path) ? attachment.path : null;
}

export function attachmentFileName(attachment: AttachmentView): string {
  // Only a server's address has a query; a file may be called anything.
  const path = attachment.path.startsWith('/') ? attachment.path.split('?', 1)[0] : attachment.path;
  return path?.split(/[/\\]/).pop() ?? attachment.name;
}

/** No byte's content; whoever has nothing to say about a size leaves the same 0 behind. */
const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Bytes; null when the size is not known. */
export function attachmentSize(attachment: AttachmentView): number | null {
  return attachment.size > 0 || attachment.sha256 === SHA256_OF_NOTHING ? attachment.size : null;
}
