// A link within the page: the browser's own in every way (new tab, copy, middle click), but a plain click loads nothing anew.
import { navigate } from './navigation';

export function Link({ to, ...rest }: { to: string } & Omit<React.AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'onClick'>): React.ReactNode {
  return (
    <a
      {...rest} href={to}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
      }}
    />
  );
}
