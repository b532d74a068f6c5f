import { Avatar, Button, Empty, Flex, Form, Input, Popconfirm, Spin, Typography } from 'antd';
import { action_path, call } from '../api/client';
import { useChange, useComments, useSession } from '../api/queries';
import type { Comment } from '../api/types';
import { Ago } from './tags';

function CommentCard({ comment, on_delete }: { comment: Comment; on_delete?: () => void }) {
  return (
    <Flex gap={12} component="article" aria-label={`Comment by ${comment.author}`} style={{ marginBottom: 20 }}>
      <Avatar style={{ background: '#5b7c78', flex: 'none' }}>{comment.author[0]}</Avatar>
      <div style={{ flex: 1 }}>
        <Typography.Text strong>{comment.author}</Typography.Text>{' '}
        <Typography.Text type="secondary">
          <Ago at={comment.at} />
        </Typography.Text>
        <Typography.Paragraph style={{ margin: 0, whiteSpace: 'pre-wrap' }}>{comment.body}</Typography.Paragraph>
      </div>
      {on_delete && (
        <Popconfirm title="Delete this comment?" okText="Delete" onConfirm={on_delete}>
          <Button size="small" type="text" danger>
            Delete
          </Button>
        </Popconfirm>
      )}
    </Flex>
  );
}

export function Comments({ name }: { name: string }) {
  const [form] = Form.useForm<{ body: string }>();
  const user = useSession().data;
  const comments = useComments(name);
  const add = useChange((values: { body: string }) => call('POST', action_path(name, '/comments'), values));
  const remove = useChange((id: number) => call('DELETE', action_path(name, `/comments/${id}`)));
  return (
    <div style={{ maxWidth: 720 }}>
      {comments.isPending && <Spin />}
      {comments.data?.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="No comments yet" />}
      {comments.data?.map((comment) => {
        const may_delete = user?.role === 'admin' || user?.name === comment.author;
        return <CommentCard key={comment.id} comment={comment} on_delete={may_delete ? () => remove.mutate(comment.id) : undefined} />;
      })}
      <Form form={form} onFinish={(values) => add.mutate(values, { onSuccess: () => form.resetFields() })}>
        <Form.Item name="body" rules={[{ required: true, whitespace: true, message: 'Write something first.' }]}>
          <Input.TextArea aria-label="New comment" rows={3} maxLength={1000} placeholder="Write a comment" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={add.isPending}>
          Comment
        </Button>
      </Form>
    </div>
  );
}
