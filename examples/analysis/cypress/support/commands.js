// Chooses a file and sends it; yields the server's answer, {job_id, status_url}. `headers` ask for durations and faults.
Cypress.Commands.add('upload', ({ name = 'visitors.csv', content = 'city,visitors\nLisbon,1840\nPorto,1210\nBraga,420\n', headers = {} } = {}) => {
  cy.intercept('POST', '/api/v1/process', (request) => {
    Object.assign(request.headers, { 'x-job-duration': '1' }, headers);
  }).as('process');
  cy.visit('/');
  cy.get('[data-testid="data-file-uploader"]').selectFile({ contents: Cypress.Buffer.from(content), fileName: name, mimeType: 'text/csv' }, { force: true });
  cy.get('[data-testid="submit-button"]').click();
  return cy.wait('@process').then(({ response }) => {
    expect(response.statusCode).to.equal(202);
    return response.body;
  });
});
