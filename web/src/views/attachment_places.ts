// Where the bytes of attachments are: beside a report that is a file, or at the server that sent it.
import { createContext, useContext } from 'react';
import { attachmentAddress, attachmentFileName, servedAddress } from '../model/attachments';
import type { AttachmentView } from '../model/report';
import { traceCommand } from '../model/rerun';

export interface AttachmentPlaces {
  /** For src or href; null when the bytes cannot be reached safely. */
  address: (attachment: AttachmentView) => string | null;
  /** The command that opens a trace. */
  trace: (attachment: AttachmentView) => string;
}

const FILE_PLACES: AttachmentPlaces = {
  address: attachmentAddress,
  trace: (attachment) => traceCommand(attachment.path === '' ? attachmentFileName(attachment) : attachment.path),
};

/** `origin` is that of the server, such as https://host. */
export function servedPlaces(origin: string): AttachmentPlaces {
  return { address: servedAddress, trace: (attachment) => traceCommand(`${origin}${attachment.path}`) };
}

const Places = createContext(FILE_PLACES);

export const AttachmentPlacesProvider = Places.Provider;

export function useAttachmentPlaces(): AttachmentPlaces {
  return useContext(Places);
}
