import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Card, Flex, Form, Input, Typography } from 'antd';
import { useEffect } from 'react';
import { Navigate, useLocation } from 'react-router';
import { call } from '../api/client';
import { session_key, useChange, useSession } from '../api/queries';
import type { User } from '../api/types';

export function LoginPage() {
  const client = useQueryClient();
  const session = useSession();
  const from: string = useLocation().state?.from ?? '/actions';
  const sign_in = useChange((values: { email: string; password: string }) =>
    call<{ user: User }>('POST', '/api/session', values).then(({ user }) => client.setQueryData(session_key, user)),
  );
  useEffect(() => {
    document.title = 'Sign in · Actions';
  }, []);
  if (session.data) return <Navigate to={from} replace />;
  return (
    <main className="login">
      <Card>
        <Flex align="center" gap={12} style={{ marginBottom: 4 }}>
          <img src="/icon.svg" alt="" width={32} height={32} />
          <Typography.Title level={1} style={{ margin: 0, fontSize: 22 }}>
            Sign in to Actions
          </Typography.Title>
        </Flex>
        <Typography.Paragraph type="secondary">Manage what your API can do beyond its tables.</Typography.Paragraph>
        {sign_in.error && <Alert type="error" showIcon title={sign_in.error.message} style={{ marginBottom: 16 }} />}
        <Form layout="vertical" requiredMark={false} onFinish={sign_in.mutate}>
          <Form.Item name="email" label="E-mail" rules={[{ required: true, message: 'Enter your e-mail address.' }]}>
            <Input autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="password" label="Password" rules={[{ required: true, message: 'Enter your password.' }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={sign_in.isPending}>
            Sign in
          </Button>
        </Form>
      </Card>
    </main>
  );
}
