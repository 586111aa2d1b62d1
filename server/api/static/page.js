// GraphiQL with example queries about the sample data; asks this server and no other.
const examples = [
  `# Where does this account live, with whom, and why?
query Household {
  account(id: "ada") {
    accountId
    household {
      structure
      size
      confidence
      members {
        edges {
          status
          confidence
          node { accountId ageBand }
          evidence { weight text }
        }
      }
    }
  }
}
`,
  `# The households we are most certain of; go on with after: "<endCursor>".
query Certain {
  households(first: 10, orderBy: CONFIDENCE_DESC) {
    edges {
      node {
        householdId
        confidence
        structure
        persons { accounts { accountId } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# What a household shares: devices, networks and addresses, known by keyed hashes only.
query Shared {
  account(id: "ada") {
    household {
      devices { identifier detail accounts members { accountId } }
      networks { identifier detail accounts members { accountId } }
      addresses { identifier detail accounts members { accountId } }
    }
  }
}
`,
  `# What detection did, and when.
query Runs {
  detectionRuns(first: 5) {
    edges { node { runId asOf model counts { name value } } }
  }
}
`,
];

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: window.location.pathname }),
    defaultTabs: examples.map((query) => ({ query })),
    defaultEditorToolsVisibility: false,
  }),
);
