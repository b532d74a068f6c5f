// Pictures inline, videos playable, traces with the command that opens them, everything else as a download.
import { DownloadOutlined } from '@ant-design/icons';
import { Image } from 'antd';
import { useState } from 'react';
import { attachmentFileName, attachmentKind } from '../model/attachments';
import type { AttachmentView } from '../model/report';
import { formatBytes } from '../text/format';
import { CommandLine } from '../ui/code';
import { usePlaces } from './places';

export function Attachments({ attachments }: { attachments: readonly AttachmentView[] }): React.ReactNode {
  const places = usePlaces();
  const shown = attachments.map((attachment) => ({ attachment, kind: attachmentKind(attachment), address: places.address(attachment) }));
  const pictures = shown.filter((one) => one.kind === 'image' && one.address !== null);
  const videos = shown.filter((one) => one.kind === 'video' && one.address !== null);
  const files = shown.filter((one) => !pictures.includes(one) && !videos.includes(one));
  return (
    <>
      {pictures.length > 0 && (
        <section className="detail-section" aria-label="Screenshots">
          <h3>Screenshots</h3>
          <Pictures pictures={pictures} />
        </section>
      )}
      {videos.length > 0 && (
        <section className="detail-section" aria-label="Videos">
          <h3>Videos</h3>
          <div className="shots">
            {videos.map(({ attachment, address }, at) => (
              <figure key={at}>
                <video src={address ?? ''} controls preload="none" aria-label={`Video '${attachment.name}'`} />
                <figcaption>{attachment.name} <span>{formatBytes(attachment.size)}</span></figcaption>
              </figure>
            ))}
          </div>
        </section>
      )}
      {files.length > 0 && (
        <section className="detail-section" aria-label="Files">
          <h3>Files</h3>
          <ul className="files">
            {files.map(({ attachment, kind, address }, at) => <FileItem key={at} attachment={attachment} trace={kind === 'trace' && address !== null ? places.trace(attachment) : null} address={address} />)}
          </ul>
        </section>
      )}
    </>
  );
}

interface Picture {
  attachment: AttachmentView;
  address: string | null;
}

/** Small, and one of them large. */
function Pictures({ pictures }: { pictures: readonly Picture[] }): React.ReactNode {
  // The group does not hand the text of the small picture on to the large one.
  const [large, setLarge] = useState(0);
  const altOf = (picture: Picture | undefined): string => picture === undefined ? '' : `Screenshot '${picture.attachment.name}'`;
  return (
    <Image.PreviewGroup preview={{ alt: altOf(pictures[large]), onChange: setLarge, onOpenChange: (_, { current }) => setLarge(current) }}>
      <div className="shots">
        {pictures.map((picture, at) => (
          <figure key={at}>
            <Image src={picture.address ?? ''} alt={altOf(picture)} />
            <figcaption>{picture.attachment.name} <span>{formatBytes(picture.attachment.size)}</span></figcaption>
          </figure>
        ))}
      </div>
    </Image.PreviewGroup>
  );
}

function FileItem({ attachment, trace, address }: { attachment: AttachmentView; trace: string | null; address: string | null }): React.ReactNode {
  const file_name = attachmentFileName(attachment);
  return (
    <li>
      <span className="files-line">
        {address === null ? <span>{attachment.name}</span> : <a href={address} download={file_name}><DownloadOutlined aria-hidden="true" /> {attachment.name}</a>}
        <span className="soft">{formatBytes(attachment.size)}</span>
        <span className="soft">{address === null ? 'its bytes were not kept' : attachment.content_type}</span>
      </span>
      {trace !== null && <CommandLine command={trace} what="the command that opens the trace" />}
    </li>
  );
}
