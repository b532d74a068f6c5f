// Fields of toolbars and forms. They are the browser's own, which every keyboard, phone and screen reader knows.
import { CloseOutlined, SearchOutlined } from '@ant-design/icons';
import { useId } from 'react';
import './fields.css';

interface SearchFieldProps {
  label: string;
  placeholder: string;
  value: string;
  change: (value: string) => void;
  inputRef: React.Ref<HTMLInputElement>;
}

export function SearchField({ label, placeholder, value, change, inputRef }: SearchFieldProps): React.ReactNode {
  return (
    <div className="field field-search">
      <SearchOutlined aria-hidden="true" />
      <input ref={inputRef} type="text" inputMode="search" value={value} onChange={(event) => change(event.target.value)} placeholder={placeholder} aria-label={label} aria-keyshortcuts="/" spellCheck={false} autoComplete="off" />
      {value === '' ? <kbd aria-hidden="true">/</kbd> : <button type="button" aria-label="Clear the search" onClick={() => change('')}><CloseOutlined /></button>}
    </div>
  );
}

export interface Choice {
  value: string;
  label: string;
}

interface SelectFieldProps {
  label: string;
  /** An empty value in the first place is the choice of nothing. */
  choices: readonly Choice[];
  value: string;
  change: (value: string) => void;
}

export function SelectField({ label, choices, value, change }: SelectFieldProps): React.ReactNode {
  const known = choices.some((choice) => choice.value === value);
  const narrows = choices[0]?.value === '' && value !== '';
  return (
    <select className="field field-select" aria-label={label} value={value} data-chosen={narrows ? '' : undefined} onChange={(event) => change(event.target.value)}>
      {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}
      {!known && <option value={value}>{value}</option>}
    </select>
  );
}

interface SuggestFieldProps {
  label: string;
  placeholder: string;
  suggestions: readonly string[];
  value: string;
  change: (value: string) => void;
}

/** Free text that offers what is known. */
export function SuggestField({ label, placeholder, suggestions, value, change }: SuggestFieldProps): React.ReactNode {
  const list = useId();
  return (
    <>
      <input
        className="field field-suggest" type="search" list={list} aria-label={label} placeholder={placeholder} value={value} data-chosen={value === '' ? undefined : ''} autoComplete="off" spellCheck={false}
        onChange={(event) => change(event.target.value)}
      />
      <datalist id={list}>{suggestions.map((suggestion) => <option key={suggestion} value={suggestion} />)}</datalist>
    </>
  );
}

interface LabelledProps {
  label: string;
  hint?: string;
  children: (id: string) => React.ReactNode;
}

export function Labelled({ label, hint, children }: LabelledProps): React.ReactNode {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <span className="soft">{hint}</span>}
    </div>
  );
}
