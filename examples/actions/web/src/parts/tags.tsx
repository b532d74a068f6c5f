import { LoadingOutlined } from '@ant-design/icons';
import { Tag, Tooltip } from 'antd';
import dayjs from 'dayjs';
import relative_time from 'dayjs/plugin/relativeTime';
import type { ActionType, Status } from '../api/types';

dayjs.extend(relative_time);

const status_colours: Record<Status, string> = { draft: 'default', publishing: 'processing', published: 'success', archived: 'warning' };

export const StatusTag = ({ status }: { status: Status }) => (
  <Tag color={status_colours[status]} icon={status === 'publishing' ? <LoadingOutlined spin /> : undefined} data-testid="status">
    {status}
  </Tag>
);

export const TypeTag = ({ type }: { type: ActionType }) => <Tag color={type === 'query' ? 'blue' : 'purple'}>{type}</Tag>;

export const Ago = ({ at }: { at: string }) => (
  <Tooltip title={dayjs(at).format('YYYY-MM-DD HH:mm:ss')}>
    <time dateTime={at}>{dayjs(at).fromNow()}</time>
  </Tooltip>
);
