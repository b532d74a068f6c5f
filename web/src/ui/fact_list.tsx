import './fact_list.css';

export interface Fact {
  name: string;
  value: React.ReactNode;
}

export function FactList({ facts }: { facts: readonly Fact[] }): React.ReactNode {
  return (
    <dl className="fact-list">
      {facts.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
