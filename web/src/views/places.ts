// Where to find what a report only names: beside a report that is a file, or at the server that sent it.
import { createContext, useContext } from 'react';
import { attachmentAddress, attachmentFileName, servedAddress } from '../model/attachments';
import { formatPlace } from '../model/place';
import type { AttachmentView } from '../model/report';
import { traceCommand } from '../model/rerun';
import { formatViewState, VIEW_STATE_DEFAULT } from '../model/view_state';

export interface Places {
  /** Of an attachment's bytes, for src or href; null when they cannot be reached safely. */
  address: (attachment: AttachmentView) => string | null;
  /** The command that opens a trace. */
  trace: (attachment: AttachmentView) => string;
  /** The page of a test over many runs; null where there is none. */
  history: (test_id: string) => string | null;
  /** The page of another run, at one of its tests where one is named; null where there is none. */
  run: (run_id: string, test_id?: string) => string | null;
  /** The page of a parked wait, by its flow and phase; null where there is none. */
  wait: (run_id: string, flow: number, phase: number) => string | null;
}

const BESIDE_A_FILE: Places = {
  address: attachmentAddress,
  trace: (attachment) => traceCommand(attachment.path === '' ? attachmentFileName(attachment) : attachment.path),
  history: () => null,
  run: () => null,
  wait: () => null,
};

/** `origin` is that of the server, such as https://host. */
export function servedPlaces(origin: string, project: string): Places {
  return {
    address: servedAddress,
    trace: (attachment) => traceCommand(`${origin}${attachment.path}`),
    history: (test) => project === '' ? null : formatPlace({ page: 'test', project, test }),
    run: (run, test = '') => formatPlace({ page: 'run', run }) + (test === '' ? '' : formatViewState({ ...VIEW_STATE_DEFAULT, test })),
    wait: (run, flow, phase) => formatPlace({ page: 'wait', wait: `${run}-${flow}-${phase}` }),
  };
}

const PlacesContext = createContext(BESIDE_A_FILE);

export const PlacesProvider = PlacesContext.Provider;

export function usePlaces(): Places {
  return useContext(PlacesContext);
}
