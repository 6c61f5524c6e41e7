public enum PhotoLibraryPlaceholder {}
