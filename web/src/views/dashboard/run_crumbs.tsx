// The way from a run to those like it.
import { runsPlace } from '../../model/place';
import { Link } from '../../ui/link';

export function RunCrumbs({ project, branch }: { project: string; branch: string }): React.ReactNode {
  return (
    <nav className="crumbs" aria-label="Runs like this one">
      <Link to={runsPlace({ project })}>{project}</Link>
      {branch !== '' && <><span aria-hidden="true">›</span><Link to={runsPlace({ project, branch })}>{branch}</Link></>}
    </nav>
  );
}
