# make demo   installs what is needed, builds, finds the people in sample photos, prints the report's path
# make test   builds and runs the tests (release: the numeric code is slow without optimisation)
SWIFT ?= swift

.PHONY: demo test test-all build bootstrap format lint clean

demo: build
	@.build/release/likeness demo

test: bootstrap
	$(SWIFT) build -c release --build-tests
	$(SWIFT) test -c release --skip-build

build: bootstrap
	$(SWIFT) build -c release --product likeness

bootstrap:
	@scripts/bootstrap

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

clean:
	$(SWIFT) package clean
