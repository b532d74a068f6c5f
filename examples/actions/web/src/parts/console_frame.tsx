import { ApiOutlined, HistoryOutlined, LogoutOutlined, SafetyOutlined, SettingOutlined, SwapOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Avatar, Button, Dropdown, Layout, Menu, Space, Tag, Typography } from 'antd';
import type { ReactNode } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { call } from '../api/client';
import { session_key, useSession, useSettings } from '../api/queries';

const places = [
  { path: '/actions', label: 'Actions', icon: <ApiOutlined /> },
  { path: '/permissions', label: 'Permissions', icon: <SafetyOutlined /> },
  { path: '/activity', label: 'Activity', icon: <HistoryOutlined /> },
  { path: '/transfer', label: 'Import / export', icon: <SwapOutlined /> },
  { path: '/settings', label: 'Settings', icon: <SettingOutlined /> },
];

function UserMenu() {
  const user = useSession().data;
  const client = useQueryClient();
  const navigate = useNavigate();
  const sign_out = async () => {
    await call('DELETE', '/api/session');
    client.clear();
    client.setQueryData(session_key, null);
    navigate('/login');
  };
  if (!user) return null;
  const initials = user.name.split(' ').map((word) => word[0]).join('');
  return (
    <Dropdown trigger={['click']} menu={{ items: [{ key: 'out', label: 'Sign out', icon: <LogoutOutlined />, onClick: sign_out }] }}>
      <Button type="text" aria-label={`Account of ${user.name}`}>
        <Space>
          <Avatar size={26} style={{ background: '#0f766e', fontSize: 12 }}>
            {initials}
          </Avatar>
          {user.name}
          <Tag>{user.role}</Tag>
        </Space>
      </Button>
    </Dropdown>
  );
}

export function ConsoleFrame({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const settings = useSettings();
  const selected = places.find((place) => pathname.startsWith(place.path))?.path;
  return (
    <Layout style={{ minHeight: '100vh' }}>
      <Layout.Sider width={212}>
        <div className="brand">
          <img src="/icon.svg" alt="" />
          Actions
        </div>
        <nav aria-label="Main">
          <Menu
            theme="dark"
            selectedKeys={selected ? [selected] : []}
            items={places.map(({ path, label, icon }) => ({ key: path, icon, label: <Link to={path}>{label}</Link> }))}
          />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header className="top-bar">
          <Typography.Text strong data-testid="workspace-name">
            {settings.data?.workspace_name}
          </Typography.Text>
          <UserMenu />
        </Layout.Header>
        <main className="content">{children}</main>
      </Layout>
    </Layout>
  );
}
