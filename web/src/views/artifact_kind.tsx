// What an artifact is, in a word and a picture.
import { FileImageOutlined, FileOutlined, FundViewOutlined, PlaySquareOutlined } from '@ant-design/icons';
import type { AttachmentKind } from '../model/attachments';

export const KIND_LABELS: Record<AttachmentKind, string> = { image: 'image', video: 'video', trace: 'trace', other: 'file' };

export const KINDS_LABELS: Record<AttachmentKind, string> = { image: 'images', video: 'videos', trace: 'traces', other: 'files' };

export const KIND_ICONS: Record<AttachmentKind, React.ReactNode> = { image: <FileImageOutlined />, video: <PlaySquareOutlined />, trace: <FundViewOutlined />, other: <FileOutlined /> };
