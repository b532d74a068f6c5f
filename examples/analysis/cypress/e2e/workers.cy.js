// Workers that die while they work; needs a cluster of its own.
describe('workers', () => {
  afterEach(() => {
    cy.request('POST', '/__test__/workers/restore');
  });

  it('another worker takes over the job of one that died', () => {
    cy.upload({ headers: { 'x-job-duration': '4' } });
    cy.get('[data-testid="job-status"]').should('have.text', 'RUNNING');
    cy.get('[data-testid="job-worker"]')
      .invoke('text')
      .then((worker) => {
        cy.request('POST', '/__test__/workers/kill', { worker });
        cy.get('[data-testid="job-attempt"]').should('have.text', '2');
        cy.get('[data-testid="job-worker"]').should('not.have.text', worker);
      });
    cy.get('[data-testid="analysis-result"]').should('be.visible');
  });

  it('with no worker left the job is lost', () => {
    cy.upload({ headers: { 'x-job-duration': '30' } });
    cy.get('[data-testid="job-status"]').should('have.text', 'RUNNING');
    cy.request('POST', '/__test__/workers/kill', { worker: '*' });
    cy.get('[data-testid="analysis-lost"]').should('contain.text', 'no other worker took over');
    cy.get('[data-testid="job-status"]').should('have.text', 'LOST');
  });
});
