// How an attachment is shown and where its bytes are. Paths come from test frameworks, so an address with a scheme is refused: the
// report must never ask the network for anything, nor run what a test called its screenshot.
import type { AttachmentView } from './report';

export type AttachmentKind = 'image' | 'video' | 'trace' | 'other';

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

export function attachmentFileName(attachment: AttachmentView): string {
  return attachment.path.split(/[/\\]/).pop() ?? attachment.name;
}
