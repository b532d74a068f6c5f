// The same as suite/pages, as Cypress tests: the job is awaited by its id, outside of the page, and only then is the page looked at.
describe('analysis', () => {
  it('shows the result of a file', () => {
    cy.upload().then(({ job_id }) => {
      cy.pollForJobStatus(job_id, { timeout: 60_000, interval: 500 }).then((job) => {
        expect(job.status).to.equal('COMPLETED');
        expect(job.result.rows).to.equal(3);
      });
      cy.location('pathname').should('equal', `/jobs/${job_id}`);
    });
    cy.get('[data-testid="analysis-result"]').should('be.visible').and('contain.text', '3 rows');
  });

  it('shows a failure with the words of the backend', () => {
    cy.upload({ headers: { 'x-simulate-failure': 'the covariance matrix is singular' } });
    cy.get('[data-testid="analysis-error"]').should('contain.text', 'the covariance matrix is singular');
    cy.get('[data-testid="analysis-result"]').should('not.exist');
  });

  it('fails at once, in the words of the backend, when a job that is awaited fails', (done) => {
    cy.on('fail', (error) => {
      expect(error.outcome).to.equal('failed');
      expect(error.message).to.contain('the covariance matrix is singular');
      done();
    });
    cy.upload({ headers: { 'x-simulate-failure': 'the covariance matrix is singular' } }).then(({ job_id }) => {
      cy.pollForJobStatus(job_id, { timeout: 60_000, interval: 500 }).then(() => done(new Error('the job did not fail')));
    });
  });

  it('says what is wrong with a misspelt field before anything is asked', (done) => {
    cy.on('fail', (error) => {
      expect(error.message).to.contain('jobId for job_id');
      done();
    });
    cy.upload().then(({ jobId }) => {
      cy.pollForJobStatus(jobId).then(() => done(new Error('a job without an id was awaited')));
    });
  });

  it('shows a slow stage while it lasts', () => {
    cy.upload({ headers: { 'x-simulate-slow': 'COMPUTING:3' } });
    cy.get('[data-testid="job-stage"]').should('have.attr', 'data-stage', 'COMPUTING');
    cy.get('[data-testid="job-status"]').should('have.text', 'RUNNING');
    cy.get('[data-testid="analysis-result"]').should('be.visible');
  });

  it('stops a job that is cancelled', () => {
    cy.upload({ headers: { 'x-job-duration': '120' } });
    cy.get('[data-testid="job-status"]').should('have.text', 'RUNNING');
    cy.get('[data-testid="cancel-button"]').click();
    cy.get('[data-testid="analysis-cancelled"]').should('be.visible');
  });
});
