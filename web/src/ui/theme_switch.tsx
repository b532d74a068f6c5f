import { DesktopOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import type { ThemeChoice } from './theme';

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' };
const NAMES: Record<ThemeChoice, string> = { system: 'as the system', light: 'light', dark: 'dark' };
const ICONS: Record<ThemeChoice, React.ReactNode> = { system: <DesktopOutlined />, light: <SunOutlined />, dark: <MoonOutlined /> };

export function ThemeSwitch({ choice, choose }: { choice: ThemeChoice; choose: (choice: ThemeChoice) => void }): React.ReactNode {
  const label = `Colours: ${NAMES[choice]}. Switch to ${NAMES[NEXT[choice]]}`;
  return (
    <Tooltip title={label} placement="bottomRight">
      <Button type="text" shape="circle" icon={ICONS[choice]} aria-label={label} onClick={() => choose(NEXT[choice])} />
    </Tooltip>
  );
}
