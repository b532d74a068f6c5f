// The dashboard is not built in.
